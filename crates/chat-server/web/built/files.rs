// Written by embed.mjs.
&[
    File { path: "/assets/Avatar-P3IC0Ps3.js", tag: "\"c310d2de31a2abe2\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-P3IC0Ps3.js.gz") },
    File { path: "/assets/Avatar-y31SGnbT.css", tag: "\"1d87015f6db74935\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-y31SGnbT.css.gz") },
    File { path: "/assets/dialects-Cnr3YKnF.css", tag: "\"1119459e7c18ba1b\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-Cnr3YKnF.css.gz") },
    File { path: "/assets/dialects-DD_MsPHe.js", tag: "\"72118ffc17e2b18f\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-DD_MsPHe.js.gz") },
    File { path: "/assets/index-BEy7uNki.js", tag: "\"119bc820f3247fa9\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/index-BEy7uNki.js.gz") },
    File { path: "/assets/index-CtMXU65e.css", tag: "\"08b628a55899f41a\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/index-CtMXU65e.css.gz") },
    File { path: "/assets/socketio-CR_u8xer.js", tag: "\"d5581fb34f11188b\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/socketio-CR_u8xer.js.gz") },
    File { path: "/dialects", tag: "\"e84329129f7b7358\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("dialects.html") },
    File { path: "/favicon.svg", tag: "\"1f86656bd3fbd0fc\"", content_type: "image/svg+xml", zipped: true, content: include_bytes!("favicon.svg.gz") },
    File { path: "/", tag: "\"c96b7cbfeefa150c\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("index.html") },
    File { path: "/manifest.webmanifest", tag: "\"515359650ec442ae\"", content_type: "application/manifest+json", zipped: true, content: include_bytes!("manifest.webmanifest.gz") },
]
