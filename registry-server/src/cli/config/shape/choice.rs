//! One word out of a few.

/// Defines an enum whose variants are written as the words behind them.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$variant_meta])* $variant),* }

        impl $crate::cli::config::shape::Shape for $name {
            fn kind() -> $crate::cli::config::shape::Kind {
                $crate::cli::config::shape::Kind::Choice(&[$($word),*])
            }

            fn read(
                node: &$crate::cli::config::tree::Node,
            ) -> Result<Self, Vec<$crate::cli::config::tree::Problem>> {
                use $crate::cli::config::tree::Value;
                match &node.value {
                    $(Value::Text(text) if text == $word => Ok(Self::$variant),)*
                    Value::Text(text) => {
                        let text = format!("{text:?} is unknown: write {}", Self::kind().what());
                        Err(vec![$crate::cli::config::tree::Problem::at(&node.origin, text)])
                    }
                    _ => Err(Self::kind().unlike(node)),
                }
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::from(match self { $(Self::$variant => $word),* })
            }
        }
    };
}

pub(crate) use choice;
