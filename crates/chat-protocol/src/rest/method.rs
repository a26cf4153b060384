//! HTTP methods.

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`, which changes nothing.
    Get,
    /// `POST`, which makes or tells something.
    Post,
    /// `PUT`, after which something is so; repeating it changes nothing.
    Put,
    /// `PATCH`, which changes the named fields.
    Patch,
    /// `DELETE`, which removes something.
    Delete,
    /// `HEAD`, which asks only for headers.
    Head,
}

impl Method {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
        }
    }
}
