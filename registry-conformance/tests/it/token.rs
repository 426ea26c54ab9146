//! Registries that want tokens: who is told the password, who the token, and when a new one is asked for.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use registry_conformance::{Report, Suite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::faulty::fault::{Call, Doing, Fault, Memory};
use crate::faulty::go_between;
use crate::faulty::message::{Reply, Request};
use crate::own::Own;

/// `a` and `secret` in base64.
const BASIC: &str = "Basic YTpzZWNyZXQ=";
/// What tokens begin with.
const TOKEN: &str = "token-that-nobody-may-see-";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_wants_tokens_is_checked_like_any_other() {
    let gate = Gate::start(usize::MAX).await;
    let families = [
        "C-1.",
        "C-35.",
        "C-58.",
        "C-65.",
        "R31.ahead",
        "R31.close",
        "R24.head",
        "malformed.tag.",
        "malformed.line.",
    ];
    let report = gate.check(Some("secret"), &families).await;
    assert!(report.is_clean() && report.passed > 50, "{report}");
    let memory = gate.memory.lock().unwrap();
    assert!(
        memory.marks.iter().any(|mark| mark.matches("repository%3A").count() == 2),
        "no mount was asked for"
    );
    // One token for each scope, unless two asked for it at once.
    let asked = memory.marks.iter().filter(|mark| mark.starts_with("asked ")).count();
    assert!(memory.count < asked * 2, "{} tokens for {asked} scopes", memory.count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_taken_any_more_is_asked_for_anew() {
    let gate = Gate::start(3).await;
    let report = gate.check(Some("secret"), &["C-1.", "C-27.", "C-49.", "malformed.name."]).await;
    assert!(report.is_clean(), "{report}");
    let memory = gate.memory.lock().unwrap();
    let asked = memory.marks.iter().filter(|mark| mark.starts_with("asked ")).count();
    assert!(memory.count > asked, "{} tokens for {asked} scopes", memory.count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_goes_to_the_realm_the_token_to_the_registry_and_neither_into_a_report() {
    let gate = Gate::start(usize::MAX).await;
    // Some pass, and some fail and show what was sent.
    let report = gate.check(Some("secret"), &["C-65.", "C-47.", "malformed.header."]).await;
    let told = [report.to_json(), report.to_junit(), report.to_string()];
    let memory = gate.memory.lock().unwrap();
    assert!(memory.marks.contains(&format!("realm was told {BASIC}")));
    for text in told.iter().chain(memory.marks.iter()) {
        assert!(!text.contains(&format!("realm was told Bearer {TOKEN}")), "{text}");
    }
    for text in told {
        assert!(!text.contains(TOKEN) && !text.contains("YTpz"), "{text}");
    }
}

#[tokio::test]
async fn nobody_in_particular_gets_a_token_too() {
    let gate = Gate::start(usize::MAX).await;
    let report = gate.check(None, &["C-65.get", "C-45."]).await;
    assert!(report.is_clean(), "{report}");
    let memory = gate.memory.lock().unwrap();
    assert!(memory.marks.contains("realm was told nothing"), "{:?}", memory.marks);
}

#[tokio::test]
async fn without_a_token_the_check_says_so_and_nothing_secret() {
    let gate = Gate::start(usize::MAX).await;
    let report = gate.check(Some("wrong"), &["C-65.get", "malformed.line.no-version"]).await;
    assert_eq!((report.passed, report.failed), (0, 2), "{report}");
    let text = report.to_string();
    assert!(text.contains("a token from http://127.0.0.1") && text.contains("status 401"), "{text}");
    // `a` and `wrong` in base64.
    assert!(!text.contains("YTp3cm9uZw"), "{text}");
}

/// Our own registry behind one who wants tokens, and on another port the one who gives them.
struct Gate {
    address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    serving: [JoinHandle<()>; 2],
    _own: Own,
}

impl Gate {
    /// Each token is good for so many requests.
    async fn start(uses: usize) -> Self {
        let own = Own::start().await;
        let memory: Arc<Mutex<Memory>> = Arc::default();
        let (realm, registry) = (listen().await, listen().await);
        let address = registry.local_addr().unwrap();
        let texts = [("realm", format!("http://{}/token?x=y", realm.local_addr().unwrap()))];
        memory.lock().unwrap().texts.extend(texts.map(|(name, text)| (name.to_owned(), text)));
        memory.lock().unwrap().texts.insert("uses".to_owned(), uses.to_string());
        let serve = |listener, fault| {
            tokio::spawn(go_between::serve(listener, own.address(), Some(fault), Arc::clone(&memory)))
        };
        let serving = [serve(realm, &REALM), serve(registry, &GUARD)];
        Self { address, memory, serving, _own: own }
    }

    async fn check(&self, password: Option<&str>, only: &[&str]) -> Report {
        let mut suite = Suite::new(&format!("http://{}", self.address)).unwrap().tidy(false);
        if let Some(password) = password {
            suite = suite.credentials("a", password).unwrap();
        }
        only.iter().fold(suite, |suite, only| suite.only(*only)).run().await.unwrap()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Gives a token for whatever is asked for, to `a` and to who does not say who it is.
static REALM: Fault = Fault::doing("tokens are given", realm);
/// Lets through who has a token for what it does.
static GUARD: Fault = Fault::doing("tokens are wanted", guard);

fn realm(call: Call) -> Doing {
    Box::pin(async move {
        let told = call.request.header("authorization");
        let mut memory = call.memory();
        memory.marks.insert(format!("realm was told {}", told.unwrap_or("nothing")));
        let asks =
            call.request.is("GET") && call.request.target.starts_with("/token?x=y&service=registry.test");
        if !asks || !matches!(told, None | Some(BASIC)) {
            return Reply::refused(401, "UNAUTHORIZED");
        }
        memory.count += 1;
        memory.marks.insert(format!("asked {}", call.request.target));
        let token = format!("{TOKEN}{}", memory.count);
        let (_, query) = call.request.target.split_once('?').unwrap_or_default();
        let scopes = query.split('&').filter_map(|pair| pair.strip_prefix("scope="));
        let scopes: Vec<String> =
            scopes.map(|scope| scope.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")).collect();
        memory.texts.insert(token.clone(), scopes.join(" "));
        let uses = memory.texts["uses"].clone();
        memory.texts.insert(format!("uses of {token}"), uses);
        let mut reply = Reply::new(200);
        let member = if memory.count.is_multiple_of(2) { "token" } else { "access_token" };
        reply.set_body(serde_json::json!({ member: token, "expires_in": 300 }).to_string());
        reply
    })
}

fn guard(call: Call) -> Doing {
    Box::pin(async move {
        let needed = needed(&call.request);
        if is_allowed(&call, &needed) {
            return call.forward().await;
        }
        let realm = call.memory().texts["realm"].clone();
        let mut reply = Reply::refused(401, "UNAUTHORIZED");
        let mut challenge = format!("Bearer realm=\"{realm}\",service=\"registry.test\"");
        if !needed.is_empty() {
            challenge.push_str(&format!(",scope=\"{}\"", needed.join(" ")));
        }
        reply.set("www-authenticate", challenge);
        reply
    })
}

/// The scopes of a request; none where it is about no repository.
fn needed(request: &Request) -> Vec<String> {
    let path = request.repository();
    let Some(name) = path.strip_prefix("/v2/").filter(|name| *name != "_catalog" && !name.is_empty()) else {
        return Vec::new();
    };
    let actions = match &*request.method {
        "GET" | "HEAD" => "pull",
        "DELETE" => "delete",
        _ => "pull,push",
    };
    let source =
        request.parameter("from").map(|from| format!("repository:{}:pull", plain(&from.replace("%2F", "/"))));
    [format!("repository:{}:{actions}", plain(name))].into_iter().chain(source).collect()
}

/// A name as far as it may stand in a scope.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "/._-".contains(c) { c } else { '_' }).collect()
}

fn is_allowed(call: &Call, needed: &[String]) -> bool {
    let Some(token) = call.request.header("authorization").and_then(|text| text.strip_prefix("Bearer "))
    else {
        return false;
    };
    let mut memory = call.memory();
    let Some(scopes) = memory.texts.get(token).cloned() else { return false };
    let name = format!("uses of {token}");
    let uses: usize = memory.texts[&name].parse().unwrap();
    memory.texts.insert(name, uses.saturating_sub(1).to_string());
    uses > 0 && needed.iter().all(|scope| scopes.split(' ').any(|given| given == scope))
}
