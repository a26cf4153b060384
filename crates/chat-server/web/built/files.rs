// Written by embed.mjs.
&[
    File { path: "/assets/Avatar-C5iQgVny.js", tag: "\"905ca778237a485e\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-C5iQgVny.js.gz") },
    File { path: "/assets/Avatar-Cs1sXg2g.css", tag: "\"7a9a8329a699b383\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-Cs1sXg2g.css.gz") },
    File { path: "/assets/_plugin-vue_export-helper-Bf5SR2ZD.js", tag: "\"1fc9365e38dd4d2a\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/_plugin-vue_export-helper-Bf5SR2ZD.js.gz") },
    File { path: "/assets/_plugin-vue_export-helper-ij_H7Osj.css", tag: "\"1358e28a134d9d44\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/_plugin-vue_export-helper-ij_H7Osj.css.gz") },
    File { path: "/assets/dialects-BPMYw57j.js", tag: "\"894e1d6f1a7ecb7b\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-BPMYw57j.js.gz") },
    File { path: "/assets/dialects-Cnr3YKnF.css", tag: "\"1119459e7c18ba1b\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-Cnr3YKnF.css.gz") },
    File { path: "/assets/index-Bq3DK1Ee.css", tag: "\"01ec1f56c1c1a994\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/index-Bq3DK1Ee.css.gz") },
    File { path: "/assets/index-CrssBul1.js", tag: "\"5663d0d113cb96c3\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/index-CrssBul1.js.gz") },
    File { path: "/assets/operators-BR9xCvfY.css", tag: "\"ea66d84c8f36148f\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/operators-BR9xCvfY.css.gz") },
    File { path: "/assets/operators-C6C6rObf.js", tag: "\"573b2eeafeb64e42\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/operators-C6C6rObf.js.gz") },
    File { path: "/assets/socketio-B8CgzUAA.js", tag: "\"a7302f9cac1fda60\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/socketio-B8CgzUAA.js.gz") },
    File { path: "/dialects", tag: "\"5643d1f9655feeba\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("dialects.html") },
    File { path: "/favicon.svg", tag: "\"1f86656bd3fbd0fc\"", content_type: "image/svg+xml", zipped: true, content: include_bytes!("favicon.svg.gz") },
    File { path: "/", tag: "\"21f76b882acb37d2\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("index.html") },
    File { path: "/manifest.webmanifest", tag: "\"515359650ec442ae\"", content_type: "application/manifest+json", zipped: true, content: include_bytes!("manifest.webmanifest.gz") },
    File { path: "/operators", tag: "\"52fc368ad39c83d3\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("operators.html") },
]
