//! Files and functions stay small enough to be read in one sitting.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{files, relative};

/// Lines of a file, tests and documentation included.
const FILE_LINES: usize = 400;

/// No reason excuses more.
const FILE_LINES_AT_MOST: usize = 600;

/// Lines of a function from its signature to its closing brace.
const FUNCTION_LINES: usize = 80;

/// Files over [`FILE_LINES`], each with the reason why it stays in one piece.
const LONGER_FILES: [(&str, &str); 0] = [];

#[test]
fn files_are_short_or_have_a_reason() {
    for path in files(".rs") {
        let name = relative(&path);
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let excused = LONGER_FILES.iter().any(|(longer, _)| *longer == name);
        assert!(lines <= FILE_LINES || excused, "{name} has {lines} lines: split it, or give the reason");
        assert!(lines <= FILE_LINES_AT_MOST, "{name} has {lines} lines: split it");
    }
}

#[test]
fn every_excuse_is_still_needed_and_gives_a_reason() {
    for (name, reason) in LONGER_FILES {
        let lines = std::fs::read_to_string(super::workspace().join(name)).unwrap().lines().count();
        assert!(lines > FILE_LINES, "{name} has {lines} lines and needs no excuse any more");
        assert!(reason.len() > 20, "{name} gives no reason");
    }
}

#[test]
fn functions_are_short() {
    let mut seen = 0;
    for path in files(".rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", relative(&path)));
        let mut functions = Functions::default();
        functions.visit_file(&file);
        for (function, lines) in &functions.found {
            assert!(*lines <= FUNCTION_LINES, "{}: {function} has {lines} lines", relative(&path));
        }
        seen += functions.found.len();
    }
    assert!(seen > 100, "only {seen} functions were found");
}

/// Every function of a file with its number of lines.
#[derive(Default)]
struct Functions {
    found: Vec<(String, usize)>,
}

impl Functions {
    fn note(&mut self, name: &syn::Ident, body: &syn::Block) {
        let lines = body.span().end().line - name.span().start().line + 1;
        self.found.push((name.to_string(), lines));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.sig.ident, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.sig.ident, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.note(&item.sig.ident, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
