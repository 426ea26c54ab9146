//! Whether the bucket can be used.

use super::Report;
use crate::cli::config::Config;
use crate::cli::exit::with_causes;
use crate::cli::stores;

/// Tries the bucket as `serve` does: an object is written, read, listed and removed.
pub(super) async fn look(config: &Config, report: &mut Report) {
    match stores::try_bucket(config).await {
        Ok(()) => report.good.push("the bucket takes, gives back, lists and removes objects".to_owned()),
        Err(error) => {
            let text = with_causes(&error);
            let advice = advice(&text);
            report.found.push(format!("{text}{advice}"));
        }
    }
}

/// What to do about a failure.
fn advice(text: &str) -> &'static str {
    let known = [
        ("RequestTimeTooSkewed", "; the clocks of this machine and of the service differ: set them right"),
        ("no such bucket", "; create it, or look at `s3.bucket`, `s3.region` and `s3.endpoint`"),
        ("InvalidAccessKeyId", "; the service does not know `s3.access_key`"),
        ("SignatureDoesNotMatch", "; look at `s3.secret_key`, `s3.region` and `s3.endpoint`"),
        ("ExpiredToken", "; the temporary credentials have run out"),
        (
            "AccessDenied",
            "; the credentials need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket",
        ),
        ("connection failed", "; is it running, and is `s3.endpoint` its address?"),
    ];
    known.iter().find(|(part, _)| text.contains(part)).map_or("", |(_, advice)| advice)
}
