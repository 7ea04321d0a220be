//! What the headers of a media file tell, with the keys of `media` in the JSON.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::media::{Kind, Media};

/// What the headers of a media file tell. What they do not tell is absent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "media")]
pub(crate) struct MediaReport {
    /// `video`, `audio` or `image`.
    #[schemars(schema_with = "kind_schema")]
    kind: &'static str,
    /// Seconds, to the millisecond.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    duration: Option<f64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    height: Option<u32>,
}

fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["video", "audio", "image"] })
}

impl From<Media> for MediaReport {
    fn from(media: Media) -> Self {
        Self {
            kind: match media.kind {
                Kind::Video => "video",
                Kind::Audio => "audio",
                Kind::Image => "image",
            },
            duration: media
                .duration
                .map(|duration| duration.as_millis() as f64 / 1000.0),
            width: media.size.map(|(width, _)| width),
            height: media.size.map(|(_, height)| height),
        }
    }
}
