// Written by embed.mjs.
&[
    File { path: "/assets/index-BSs2sj2V.css", tag: "\"10c79479510de1a6\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/index-BSs2sj2V.css.gz") },
    File { path: "/assets/index-DaW5A02K.js", tag: "\"173a6d947762aa92\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/index-DaW5A02K.js.gz") },
    File { path: "/favicon.svg", tag: "\"1f86656bd3fbd0fc\"", content_type: "image/svg+xml", zipped: true, content: include_bytes!("favicon.svg.gz") },
    File { path: "/", tag: "\"c40b8529fe24d0b4\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("index.html") },
    File { path: "/manifest.webmanifest", tag: "\"515359650ec442ae\"", content_type: "application/manifest+json", zipped: true, content: include_bytes!("manifest.webmanifest.gz") },
]
