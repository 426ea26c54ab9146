//! The members of a manifest as they stand in the document, before they are held against each other.

use std::collections::BTreeMap;

use serde::de::MapAccess;

use crate::json::{Each, List, Members, Optional, Parsed, Place, Size, Strings};
use crate::{Descriptor, MediaType};

/// What stands in the document. A member of a shape counts as present whatever its value is.
#[derive(Default)]
pub(super) struct Document {
    pub(super) schema_version: Option<u64>,
    pub(super) media_type: Option<MediaType>,
    pub(super) artifact_type: Option<MediaType>,
    pub(super) config: Option<Option<Descriptor>>,
    pub(super) layers: Option<Vec<Descriptor>>,
    pub(super) manifests: Option<Vec<Descriptor>>,
    pub(super) subject: Option<Descriptor>,
    pub(super) annotations: BTreeMap<String, String>,
    /// Whether there is the member that only Docker's schema 1 has.
    pub(super) fs_layers: bool,
}

impl<'de> Members<'de> for Document {
    const KNOWN: &'static [&'static str] = &[
        "schemaVersion",
        "mediaType",
        "artifactType",
        "config",
        "layers",
        "manifests",
        "subject",
        "annotations",
    ];

    fn take<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        place: &Place<'_>,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            "schemaVersion" => self.schema_version = map.next_value_seed(Optional(Size(place)))?,
            "mediaType" => self.media_type = map.next_value_seed(Optional(Parsed::new(place)))?,
            "artifactType" => self.artifact_type = map.next_value_seed(Optional(Parsed::new(place)))?,
            "config" => self.config = Some(map.next_value_seed(Optional(Each::new(place)))?),
            "layers" => self.layers = Some(map.next_value_seed(List::new(place))?),
            "manifests" => self.manifests = Some(map.next_value_seed(List::new(place))?),
            "subject" => self.subject = map.next_value_seed(Optional(Each::new(place)))?,
            "annotations" => self.annotations = map.next_value_seed(Strings(place))?,
            // Its value is looked at like that of any unknown member.
            "fsLayers" => {
                self.fs_layers = true;
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
