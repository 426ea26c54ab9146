//! W3C Trace Context.

use std::sync::{Arc, Mutex};

use registry_auth::EveryoneMay;
use registry_server::observe::{Finished, Observer, TraceContext};

use crate::support::{Ask, House};

#[derive(Debug, Default)]
struct Traces(Mutex<Vec<TraceContext>>);

impl Observer for Traces {
    fn finished(&self, request: &Finished<'_>) {
        self.0.lock().unwrap().push(*request.trace);
    }
}

/// What the server makes of these headers, one request each.
fn traces(headers: &[&[&str]]) -> Vec<TraceContext> {
    let traces = Arc::new(Traces::default());
    let house = House::built(|builder| {
        builder.authorizer(Arc::new(EveryoneMay)).observer(Arc::clone(&traces) as Arc<dyn Observer>)
    });
    let mut connection = house.connect();
    for values in headers {
        let mut ask = Ask::new("GET", "/v2/");
        ask.headers = values.iter().map(|value| ("traceparent".to_owned(), (*value).to_owned())).collect();
        connection.send(&ask).expect(200);
    }
    drop(connection);
    drop(house);
    let traces = traces.0.lock().unwrap().clone();
    assert_eq!(traces.len(), headers.len());
    traces
}

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn a_trace_is_continued() {
    let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
    let unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    for (trace, sampled) in traces(&[&[PARENT], &[later], &[unsampled]]).into_iter().zip([true, true, false])
    {
        assert_eq!(trace.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.parent_id, Some(0xb7ad_6b71_6920_3331));
        assert_ne!(trace.span_id, 0xb7ad_6b71_6920_3331);
        assert_eq!(trace.sampled, sampled);
        assert_eq!(trace.span_id().to_string().len(), 16);
    }
}

#[test]
fn what_is_malformed_begins_a_new_trace() {
    let headers: &[&[&str]] = &[
        &[],
        &[""],
        &["x"],
        &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"],
        &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"],
        &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011"],
        &["01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more"],
        &["ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
        &["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"],
        &["00-00000000000000000000000000000000-b7ad6b7169203331-01"],
        &["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"],
        &["00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01"],
        &["+0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
        &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\u{e9}"],
        &[PARENT, PARENT],
    ];
    let traces = traces(headers);
    for (trace, header) in traces.iter().zip(headers) {
        assert_eq!(trace.parent_id, None, "{header:?}");
        assert_ne!(trace.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c", "{header:?}");
        assert!(trace.trace_id != 0 && trace.span_id != 0);
    }
    let mut ids: Vec<u128> = traces.iter().map(|trace| trace.trace_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), headers.len(), "each begins a trace of its own");
}
