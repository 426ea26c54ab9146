//! Pages of ordered maps.

use std::borrow::Borrow;
use std::ops::Bound;

use registry_core::{Page, PageRequest};

/// Where a page of entries that order by their text begins.
pub(super) fn after(page: &PageRequest) -> (Bound<&str>, Bound<&str>) {
    (page.last.as_deref().map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

/// Where a page of entries that order by another key begins.
pub(super) fn beyond<K>(position: Option<K>) -> (Bound<K>, Bound<K>) {
    (position.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

/// The page that begins with the first of these.
pub(super) fn take<T: Clone, B: Borrow<T>>(items: impl Iterator<Item = B>, limit: usize) -> Page<T> {
    let items = items.take(limit.saturating_add(1)).map(|item| item.borrow().clone()).collect();
    Page::from_lookahead(items, limit)
}
