//! Platforms within a manifest.

use serde::de::MapAccess;

use crate::Platform;
use crate::json::{List, Members, Optional, Place, Text};

/// The members of a platform as they stand in the document. Nothing is asked of them: a platform is a hint, and some
/// clients leave members out.
#[derive(Default)]
pub(super) struct PlatformMembers {
    architecture: Option<String>,
    os: Option<String>,
    os_version: Option<String>,
    os_features: Vec<String>,
    variant: Option<String>,
    features: Vec<String>,
}

impl<'de> Members<'de> for PlatformMembers {
    const KNOWN: &'static [&'static str] =
        &["architecture", "os", "os.version", "os.features", "variant", "features"];

    fn take<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        place: &Place<'_>,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        let text = match name {
            "architecture" => &mut self.architecture,
            "os" => &mut self.os,
            "os.version" => &mut self.os_version,
            "variant" => &mut self.variant,
            "os.features" => {
                self.os_features = map.next_value_seed(List::new(place))?;
                return Ok(true);
            }
            "features" => {
                self.features = map.next_value_seed(List::new(place))?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        *text = map.next_value_seed(Optional(Text(place)))?.map(Into::into);
        Ok(true)
    }
}

impl From<PlatformMembers> for Platform {
    fn from(members: PlatformMembers) -> Self {
        Self {
            architecture: members.architecture.unwrap_or_default(),
            os: members.os.unwrap_or_default(),
            os_version: members.os_version,
            os_features: members.os_features,
            variant: members.variant,
            features: members.features,
        }
    }
}
