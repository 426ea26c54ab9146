//! Whether the database can be used.

use registry_storage::metadata::{PostgresMetadataStore, PostgresState};

use super::Report;
use crate::cli::config::{Config, Postgres};
use crate::cli::exit::with_causes;
use crate::cli::stores;

/// Connects, and changes nothing.
pub(super) async fn look(config: &Config, report: &mut Report) {
    let settings = &config.postgres;
    let options = match stores::postgres_options(settings) {
        Ok(options) => options,
        Err(error) => return report.problems.push(with_causes(&error)),
    };
    match PostgresMetadataStore::examine(&options).await {
        Ok(state) => tell(&state, settings, report),
        Err(error) => {
            let text = with_causes(&error);
            let advice = advice(&text);
            report.found.push(format!("cannot use the database that `postgres.url` names: {text}{advice}"));
        }
    }
}

/// What to do about a failure.
fn advice(text: &str) -> &'static str {
    let known = [
        ("unsupported startup parameter", "; is this a pooler? set `postgres.pooler = true`"),
        ("trusted", "; name a file of the right authorities in `postgres.ca_file`"),
        ("another host", "; the host in `postgres.url` must be one that the certificate names"),
        ("valid client certificate", "; set `postgres.client_cert_file` and `postgres.client_key_file`"),
        ("no encryption", "; the server demands TLS: put `sslmode=verify-full` into `postgres.url`"),
        ("does not support TLS", "; turn on `ssl` there, or put `sslmode=disable` into `postgres.url`"),
        ("password authentication failed", "; look at the user in `postgres.url` and at `postgres.password`"),
        ("(3D000)", "; create it: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"),
        ("does not answer", "; is this its address, and does nothing in between drop what is sent?"),
        ("error connecting", "; is it running, and is this its address?"),
    ];
    known.iter().find(|(part, _)| text.contains(part)).map_or("", |(_, advice)| advice)
}

fn tell(state: &PostgresState, settings: &Postgres, report: &mut Report) {
    let encrypted = match &state.encryption {
        _ if settings.pooler => String::new(),
        Some(version) => format!(" over {version}"),
        None => ", not encrypted".to_owned(),
    };
    report.good.push(format!("PostgreSQL {} answers{encrypted}", state.server));
    schema(state, report);
    if state.read_only {
        report.found.push(
            "the database only reads, as a standby does: `postgres.url` must lead to the one that is written to"
                .to_owned(),
        );
    }
    if !state.durable {
        report.notes.push(
            "`fsync` or `synchronous_commit` of the database is off: a crash of it can lose what was answered"
                .to_owned(),
        );
    }
    if !state.has_timeout {
        report.notes.push(
            "the database ends no statement by itself: ALTER ROLE … SET statement_timeout = '30s'".to_owned(),
        );
    }
    // One numbers events, and one listens.
    let needed = settings.max_connections.get().saturating_add(2);
    let free = u64::try_from(state.free_connections).unwrap_or_default();
    if !settings.pooler && free < needed {
        report.notes.push(format!(
            "the database takes {free} more connections, and this registry may want {needed}: raise `max_connections` \
             there or lower `postgres.max_connections`"
        ));
    }
    listening(state, settings, report);
}

fn schema(state: &PostgresState, report: &mut Report) {
    let (found, newest) = (state.schema, state.newest);
    if found == newest {
        report.good.push(format!("the schema of the database is current: version {found}"));
    } else if state.may_migrate {
        report.notes.push(format!(
            "the schema of the database has version {found}, and `serve` brings it to {newest}: make a backup before"
        ));
    } else {
        report.found.push(format!(
            "the schema of the database has version {found}, and the role may not bring it to {newest}: make the role its \
             owner, or GRANT CREATE ON DATABASE"
        ));
    }
}

fn listening(state: &PostgresState, settings: &Postgres, report: &mut Report) {
    match state.listens {
        _ if state.unheard.is_some() => {
            let setting = if settings.listen_url.is_some() { "postgres.listen_url" } else { "postgres.url" };
            let text = state.unheard.as_deref().unwrap_or_default();
            report.notes.push(format!(
                "cannot listen where `{setting}` leads: {text}{}; until that works what others write is seen within a second",
                advice(text)
            ));
        }
        Some(true) => report.good.push("LISTEN works: what others write is known at once".to_owned()),
        Some(false) => report.notes.push(
            "LISTEN does not work, as through a pooler in transaction mode: what others write is seen within a second; set \
             `postgres.pooler = true`, and `postgres.listen_url` to the address of the database itself"
                .to_owned(),
        ),
        None if settings.pooler => report.notes.push(
            "behind a pooler what others write is seen within a second; to know it at once set `postgres.listen_url` to the \
             address of the database itself"
                .to_owned(),
        ),
        None => {}
    }
}
