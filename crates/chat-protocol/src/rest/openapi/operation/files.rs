//! Uploaded files and their bytes.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    Some(match route {
        Route::Announce => says(201, data(tree, announced()))
            .about("Announces a file, whose bytes are then brought")
            .takes(new_file())
            .refuses(&["NOT_FOUND"]),
        Route::FileDone => {
            says(200, data(tree, file())).about("Says that all bytes of a file are there").refuses(&["CONFLICT"])
        }
        Route::Upload => {
            Bodies { answers: vec![(200, Some(data(tree, file()))), (204, None)], ..says(200, Json::Null) }
                .about("Brings a file's bytes, or those that `Content-Range` names")
                .brings()
                .refuses(&["INVALID_DATA", "CONFLICT"])
        }
        Route::Uploaded => Bodies { answers: vec![(204, None)], ..says(204, Json::Null) }
            .about("How many bytes of a file are there: `Upload-Offset`"),
        Route::File => Bodies { answers: vec![(200, None), (206, None), (304, None)], ..says(200, Json::Null) }
            .about("A file, or the part of it that `Range` names")
            .asks([("token", text())])
            .refuses(&["UNAUTHORIZED", "FORBIDDEN"]),
        _ => return None,
    })
}
