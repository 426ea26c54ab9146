//! Descriptors within a manifest.

use std::collections::BTreeMap;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess};

use super::embedded;
use super::platform::PlatformMembers;
use crate::json::{Element, List, Members, Object, Optional, Parsed, Place, Size, Strings, Text};
use crate::{AnyDigest, Descriptor, MediaType, Platform};

/// The members of a descriptor as they stand in the document.
#[derive(Default)]
struct DescriptorMembers {
    media_type: Option<MediaType>,
    digest: Option<AnyDigest>,
    size: Option<u64>,
    urls: Vec<String>,
    annotations: BTreeMap<String, String>,
    data: Option<String>,
    platform: Option<Platform>,
    artifact_type: Option<MediaType>,
}

impl DescriptorMembers {
    /// The descriptor, when all that must be there is there and fits.
    fn finish<E: Error>(self, place: &Place<'_>) -> Result<Descriptor, E> {
        let missing = |name| E::custom(format_args!("{} is missing", place.name(name)));
        let descriptor = Descriptor {
            media_type: self.media_type.ok_or_else(|| missing("mediaType"))?,
            digest: self.digest.ok_or_else(|| missing("digest"))?,
            size: self.size.ok_or_else(|| missing("size"))?,
            urls: self.urls,
            annotations: self.annotations,
            data: self.data,
            platform: self.platform,
            artifact_type: self.artifact_type,
        };
        if let Some(data) = &descriptor.data {
            embedded::verify(data, &descriptor)
                .map_err(|reason| E::custom(format_args!("{} {reason}", place.name("data"))))?;
        }
        Ok(descriptor)
    }
}

impl<'de> Members<'de> for DescriptorMembers {
    const KNOWN: &'static [&'static str] =
        &["mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType"];

    fn take<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        place: &Place<'_>,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            "mediaType" => self.media_type = Some(map.next_value_seed(Parsed::new(place))?),
            "digest" => self.digest = Some(map.next_value_seed(Parsed::new(place))?),
            "size" => self.size = Some(map.next_value_seed(Size(place))?),
            "urls" => self.urls = map.next_value_seed(List::new(place))?,
            "annotations" => self.annotations = map.next_value_seed(Strings(place))?,
            "data" => self.data = map.next_value_seed(Optional(Text(place)))?.map(Into::into),
            "platform" => {
                let mut members = PlatformMembers::default();
                let present = map.next_value_seed(Optional(Object::new(place, &mut members)))?;
                self.platform = present.map(|()| members.into());
            }
            "artifactType" => self.artifact_type = map.next_value_seed(Optional(Parsed::new(place)))?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl<'de> Element<'de> for Descriptor {
    fn read<D: Deserializer<'de>>(place: &Place<'_>, deserializer: D) -> Result<Self, D::Error> {
        let mut members = DescriptorMembers::default();
        Object::new(place, &mut members).deserialize(deserializer)?;
        members.finish(place)
    }
}
