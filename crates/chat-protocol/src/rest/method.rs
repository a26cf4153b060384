//! Methods of HTTP.

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`, which only reads.
    Get,
    /// `POST`, which makes something or says something.
    Post,
    /// `PUT`, which brings about what is so already the second time.
    Put,
    /// `PATCH`, which changes what is named and nothing else.
    Patch,
    /// `DELETE`, which takes something away.
    Delete,
    /// `HEAD`, which asks for headers alone.
    Head,
}

impl Method {
    /// Its name.
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
