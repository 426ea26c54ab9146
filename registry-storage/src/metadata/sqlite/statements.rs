//! SQL texts by name.

/// Declares constants of SQL, and under test the list of them all, from which the test of the query plans draws.
macro_rules! statements {
    ($($(#[$attribute:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$attribute])* const $name: &str = $sql;)*

        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $sql)),*];
    };
}

pub(super) use statements;
