//! The router: from a method and a path to the handler.

use http::{HeaderValue, Method};
use matchit::{InsertError, Params};

/// A table of routes. `H` names a handler; for a fixed set of routes it is usually an enum.
#[derive(Clone, Debug)]
pub(crate) struct Router<H> {
    paths: matchit::Router<usize>,
    tables: Vec<Table<H>>,
}

/// The result of looking up a request.
#[derive(Debug)]
pub(crate) enum Found<'r, 'p, H> {
    /// The handler, and the values of the `{names}` in its path.
    Handler(&'r H, Params<'r, 'p>),
    /// The path exists, but not with this method. The value is for the `Allow` header.
    MethodNotAllowed(HeaderValue),
    /// There is no such path.
    Nothing,
}

#[derive(Clone, Debug)]
struct Table<H> {
    path: String,
    methods: Vec<(Method, H)>,
    /// Methods that stand here only because a more general route would answer them if this path had no route of its own.
    borrowed: Vec<(Method, H)>,
}

impl<H> Router<H> {
    /// Creates a router without routes.
    pub(crate) fn new() -> Router<H> {
        Router { paths: matchit::Router::new(), tables: Vec::new() }
    }

    /// Adds a route; `{name}` in the path stands for one segment, `{*name}` for all that follow.
    ///
    /// The same path may be added again for another method. A path that matches the same requests as an existing one is an error.
    pub(crate) fn route(&mut self, method: Method, path: &str, handler: H) -> Result<(), InsertError> {
        self.table(path)?.methods.push((method, handler));
        Ok(())
    }

    /// Adds a route for a method that a more general path would answer, if this path had no table of its own. `Allow` does not
    /// list it, and neither does the OpenAPI document.
    pub(crate) fn borrow(&mut self, method: Method, path: &str, handler: H) -> Result<(), InsertError> {
        self.table(path)?.borrowed.push((method, handler));
        Ok(())
    }

    /// Looks a request up. HEAD is answered by whatever answers GET.
    pub(crate) fn find<'r, 'p>(&'r self, method: &Method, path: &'p str) -> Found<'r, 'p, H> {
        let Ok(found) = self.paths.at(path) else { return Found::Nothing };
        let table = &self.tables[*found.value];
        match table.handler(method) {
            Some(handler) => Found::Handler(handler, found.params),
            None => Found::MethodNotAllowed(table.allow()),
        }
    }

    /// Returns the table of a path, and creates it if it is new.
    fn table(&mut self, path: &str) -> Result<&mut Table<H>, InsertError> {
        let at = match self.tables.iter().position(|table| table.path == path) {
            Some(at) => at,
            None => {
                self.paths.insert(path, self.tables.len())?;
                self.tables.push(Table { path: path.to_owned(), methods: Vec::new(), borrowed: Vec::new() });
                self.tables.len() - 1
            }
        };
        Ok(&mut self.tables[at])
    }
}

impl<H> Table<H> {
    fn handler(&self, method: &Method) -> Option<&H> {
        let with = |wanted: &Method| self.methods.iter().chain(&self.borrowed).find(|(known, _)| known == wanted);
        let found = with(method).or_else(|| with(&Method::GET).filter(|_| method == Method::HEAD));
        found.map(|(_, handler)| handler)
    }

    fn allow(&self) -> HeaderValue {
        let names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static(""))
    }
}

impl<H> Default for Router<H> {
    fn default() -> Self {
        Router::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router() -> Router<&'static str> {
        let mut router = Router::new();
        for (method, path, handler) in [
            (Method::GET, "/chats", "list"),
            (Method::POST, "/chats", "create"),
            (Method::GET, "/chats/{chat}", "show"),
            (Method::DELETE, "/chats/{chat}/members/{user}", "remove"),
        ] {
            router.route(method, path, handler).expect("a new path");
        }
        router
    }

    #[test]
    fn the_method_chooses_and_the_path_is_taken_apart() {
        let router = router();
        assert!(matches!(router.find(&Method::POST, "/chats"), Found::Handler(&"create", _)));
        assert!(matches!(router.find(&Method::HEAD, "/chats"), Found::Handler(&"list", _)));
        let Found::Handler(handler, params) = router.find(&Method::DELETE, "/chats/7/members/me") else {
            panic!("not found")
        };
        assert_eq!((*handler, params.get("chat"), params.get("user")), ("remove", Some("7"), Some("me")));
    }

    #[test]
    fn unknown_methods_are_told_what_is_allowed() {
        let router = router();
        let Found::MethodNotAllowed(allow) = router.find(&Method::PATCH, "/chats") else { panic!("found") };
        assert_eq!(allow, "GET, POST");
        assert!(matches!(router.find(&Method::GET, "/nothing"), Found::Nothing));
        assert!(matches!(router.find(&Method::GET, "/chats/"), Found::Nothing));
    }

    #[test]
    fn a_borrowed_method_is_answered_and_not_spoken_of() {
        let mut router = router();
        router.route(Method::POST, "/chats/all", "all").expect("a new path");
        router.borrow(Method::GET, "/chats/all", "show").expect("a known path");
        assert!(matches!(router.find(&Method::HEAD, "/chats/all"), Found::Handler(&"show", _)));
        let Found::MethodNotAllowed(allow) = router.find(&Method::PUT, "/chats/all") else { panic!("found") };
        assert_eq!(allow, "POST");
    }

    #[test]
    fn a_path_that_could_be_mistaken_is_refused() {
        assert!(router().route(Method::GET, "/chats/{other}", "clash").is_err());
    }
}
