// Written by embed.mjs.
&[
    File { path: "/assets/Avatar-BIyCvPwe.css", tag: "\"3c1cb4bb5520b73a\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-BIyCvPwe.css.gz") },
    File { path: "/assets/Avatar-BPZU5Sid.js", tag: "\"e1597f1abb495ceb\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/Avatar-BPZU5Sid.js.gz") },
    File { path: "/assets/dialects-Cnr3YKnF.css", tag: "\"1119459e7c18ba1b\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-Cnr3YKnF.css.gz") },
    File { path: "/assets/dialects-DcmgHGu_.js", tag: "\"601e6ab20aae0565\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/dialects-DcmgHGu_.js.gz") },
    File { path: "/assets/index-BNB3RArE.js", tag: "\"5e622cb56d12eb27\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/index-BNB3RArE.js.gz") },
    File { path: "/assets/index-Bq3DK1Ee.css", tag: "\"01ec1f56c1c1a994\"", content_type: "text/css; charset=utf-8", zipped: true, content: include_bytes!("assets/index-Bq3DK1Ee.css.gz") },
    File { path: "/assets/socketio-CItEwnPw.js", tag: "\"36185db7ec2de2d5\"", content_type: "text/javascript; charset=utf-8", zipped: true, content: include_bytes!("assets/socketio-CItEwnPw.js.gz") },
    File { path: "/dialects", tag: "\"bd8e20f52552c509\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("dialects.html") },
    File { path: "/favicon.svg", tag: "\"1f86656bd3fbd0fc\"", content_type: "image/svg+xml", zipped: true, content: include_bytes!("favicon.svg.gz") },
    File { path: "/", tag: "\"35b6d6f4b0342b13\"", content_type: "text/html; charset=utf-8", zipped: false, content: include_bytes!("index.html") },
    File { path: "/manifest.webmanifest", tag: "\"515359650ec442ae\"", content_type: "application/manifest+json", zipped: true, content: include_bytes!("manifest.webmanifest.gz") },
]
