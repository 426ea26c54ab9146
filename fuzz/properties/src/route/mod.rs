//! Routes.

mod written;

use http::Method;
use registry_server::route::{self, Route, RouteError};

pub use written::written;

/// A line of method, path and query (`GET /v2/a/tags/list?n=1`) has the property of [`check`].
pub fn check_line(line: &str) {
    let (method, target) = line.split_once(' ').unwrap_or(("GET", line));
    let Ok(method) = method.parse::<Method>() else { return };
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    check(&method, path, query);
}

/// There is always an answer. An endpoint that is found is found again when it is written as a path; a `HEAD` is a
/// `GET`; and `Allow` names exactly the methods with which the path is an endpoint's.
pub fn check(method: &Method, path: &str, query: Option<&str>) {
    let parsed = route::parse(method, path, query);
    match &parsed {
        Ok(route) => check_written(route, path),
        Err(RouteError::NotFound) => {
            for method in &METHODS {
                assert_eq!(route::parse(method, path, query), Err(RouteError::NotFound), "{method} {path}");
            }
        }
        Err(RouteError::MethodNotAllowed { allow }) => check_allow(allow, path, query),
        Err(_) => {}
    }
    if method == Method::GET {
        assert_eq!(route::parse(&Method::HEAD, path, query), parsed, "HEAD {path}");
    }
}

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS];

fn check_allow(allow: &str, path: &str, query: Option<&str>) {
    let allowed: Vec<&str> = allow.split(", ").collect();
    for method in METHODS {
        let is_refused =
            matches!(route::parse(&method, path, query), Err(RouteError::MethodNotAllowed { .. }));
        assert_eq!(is_refused, !allowed.contains(&method.as_str()), "{method} {path}, allowed are {allow}");
    }
}

fn check_written(route: &Route, path: &str) {
    let Some((method, path_again, query)) = written(route) else { return };
    let again = route::parse(&method, &path_again, query.as_deref());
    assert_eq!(again.as_ref(), Ok(route), "{path} as {method} {path_again} {query:?}");
}
