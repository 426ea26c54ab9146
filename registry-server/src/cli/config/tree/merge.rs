//! Laying one tree over another.

use std::collections::btree_map::Entry;

use super::{Node, Origin, Table, Value};

impl Node {
    /// Lays another tree over this one: tables are joined, lists are joined by position, everything else is replaced.
    pub(crate) fn overlay(&mut self, over: Self) {
        match (&mut self.value, over.value) {
            (Value::Table(under), Value::Table(over)) => {
                for (key, node) in over {
                    match under.entry(key) {
                        Entry::Vacant(place) => drop(place.insert(node)),
                        Entry::Occupied(mut place) => place.get_mut().overlay(node),
                    }
                }
            }
            (under, value) => {
                *under = value;
                self.origin = over.origin;
                self.key = over.key;
            }
        }
    }

    /// Puts a value at a path of keys, making the tables above it. A key that is a number means a place in a list,
    /// which must be there already or be the next one.
    ///
    /// # Errors
    /// When a list has no such place, or what stands on the way is no table.
    pub(crate) fn put(&mut self, path: &[&str], value: Value, origin: &Origin) -> Result<(), String> {
        let Some((key, rest)) = path.split_first() else {
            self.overlay(Self::new(value, origin.clone()));
            return Ok(());
        };
        let next = match key.parse::<usize>() {
            Ok(index) => self.element(index, origin)?,
            Err(_) => self.entry(key, origin)?,
        };
        next.put(rest, value, origin)
    }

    fn entry(&mut self, key: &str, origin: &Origin) -> Result<&mut Self, String> {
        if matches!(self.value, Value::Nothing) {
            self.value = Value::Table(Table::new());
        }
        let kind = self.value.kind();
        let Value::Table(table) = &mut self.value else {
            return Err(format!("cannot set `{key}`: {kind} stands where a table is needed"));
        };
        Ok(table.entry(key.to_owned()).or_insert_with(|| Self::new(Value::Nothing, origin.clone())))
    }

    fn element(&mut self, index: usize, origin: &Origin) -> Result<&mut Self, String> {
        if matches!(self.value, Value::Nothing) {
            self.value = Value::List(Vec::new());
        }
        let kind = self.value.kind();
        let Value::List(list) = &mut self.value else {
            return Err(format!("cannot set element {index}: {kind} stands where a list is needed"));
        };
        let length = list.len();
        if index == length {
            list.push(Self::new(Value::Nothing, origin.clone()));
        }
        list.get_mut(index)
            .ok_or_else(|| format!("element {index} has none before it: the next one is {length}"))
    }
}
