//! What each value allows by itself and all of them together do not.

use super::Config;
use super::reader::Effective;
use super::tree::Problem;

/// Where nothing at all would refuse everything.
const MORE_THAN_NOTHING: [&str; 9] = [
    "header_timeout",
    "idle_timeout",
    "body_idle_timeout",
    "head_bytes",
    "uri_bytes",
    "manifest_bytes",
    "expire",
    "timeout",
    "backoff_max",
];

/// Everything that makes no sense.
pub(super) fn problems(config: &Config, values: &[Effective]) -> Vec<Problem> {
    let nothing = values.iter().filter(|value| {
        let is_nothing = value.value == "0s" || value.value == 0;
        is_nothing && MORE_THAN_NOTHING.contains(&value.setting.key)
    });
    let mut problems: Vec<Problem> = nothing
        .map(|value| Problem::at(&value.origin, format!("`{}` must be more than nothing", value.path)))
        .collect();
    for (index, webhook) in config.webhooks.iter().enumerate() {
        if config.webhooks[..index].iter().any(|other| other.name == webhook.name) {
            let path = format!("webhooks.{index}.name");
            let place = values.iter().find(|value| value.path == path).map(|value| &value.origin);
            let text = format!(
                "another webhook is called {:?}: their places in the log need names of their own",
                webhook.name
            );
            problems.push(place.map_or_else(|| Problem::general(&text), |place| Problem::at(place, &text)));
        }
    }
    problems
}
