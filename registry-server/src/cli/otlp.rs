//! Spans of requests for a collector of OpenTelemetry.

use registry_server::ServerBuilder;

use super::beside::Beside;
use super::config::Tracing;

/// The server, with spans for the collector that the settings or the variables of OpenTelemetry name.
///
/// | variable | says |
/// |---|---|
/// | `OTEL_EXPORTER_OTLP_ENDPOINT` | where the collector is, when `tracing.otlp_endpoint` does not |
/// | `OTEL_EXPORTER_OTLP_HEADERS` | headers to send along: `name=value,name=value` |
/// | `OTEL_RESOURCE_ATTRIBUTES` | what spans say of their origin: `key=value,key=value` |
/// | `OTEL_SERVICE_NAME` | the same for `service.name` |
/// | `OTEL_SDK_DISABLED` | no spans, when it is `true` |
///
/// # Errors
/// When a setting or a variable makes no sense.
#[cfg(feature = "otel")]
pub(super) fn traces(
    builder: ServerBuilder,
    tracing: &Tracing,
    beside: &mut Beside,
) -> Result<ServerBuilder, Box<dyn std::error::Error>> {
    use registry_server::observe::{OtlpSettings, Spans};

    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(builder);
    }
    let endpoint = tracing.otlp_endpoint.as_ref().map(|url| url.as_str().to_owned());
    let Some(endpoint) = endpoint.or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT")) else {
        return Ok(builder);
    };
    let mut settings = OtlpSettings::new(&endpoint)?;
    for (key, value) in pairs(variable("OTEL_RESOURCE_ATTRIBUTES")) {
        settings = settings.attribute(key, value);
    }
    if let Some(name) = variable("OTEL_SERVICE_NAME") {
        settings = settings.attribute("service.name", name);
    }
    for (name, value) in pairs(variable("OTEL_EXPORTER_OTLP_HEADERS")) {
        settings = settings.header(&name, &value)?;
    }
    let (spans, exporter) = Spans::new(settings);
    beside.begin(|stopped| exporter.run(stopped.wait()));
    Ok(builder.observer(std::sync::Arc::new(spans)))
}

/// The pairs of a list like `key=value,key=value`, whose values are percent-encoded.
#[cfg(feature = "otel")]
fn pairs(list: Option<String>) -> Vec<(String, String)> {
    let list = list.unwrap_or_default();
    let pairs = list.split(',').filter_map(|pair| pair.split_once('='));
    let decode =
        |text: &str| percent_encoding::percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    pairs.map(|(key, value)| (key.trim().to_owned(), decode(value))).collect()
}

/// The server as it is: this program sends no spans, and says so when it is asked to.
///
/// # Errors
/// None; the type is that of a program that sends them.
#[cfg(not(feature = "otel"))]
#[allow(clippy::unnecessary_wraps)]
pub(super) fn traces(
    builder: ServerBuilder,
    tracing: &Tracing,
    _: &mut Beside,
) -> Result<ServerBuilder, Box<dyn std::error::Error>> {
    if tracing.otlp_endpoint.is_some() {
        tracing::warn!(
            "tracing.otlp_endpoint has no effect: this program was built without the feature otel"
        );
    }
    Ok(builder)
}
