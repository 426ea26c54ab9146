//! Who does the jobs.

use std::sync::Arc;

use super::support::{commit, done, put_job, write};
use crate::conformance::Fixture;
use crate::metadata::{JobRecord, MetadataStore};
use crate::{Error, Require};

fn in_term(name: &str, term: u64, beat: Option<u64>) -> Require {
    Require::Job { name: name.to_owned(), term, beat }
}

/// M-90: a job is answered as the newest put left it, in every instance, with terms and beats that rise.
pub async fn m_90_a_job_is_answered_as_it_was_put<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let odd = "j\u{0}\u{e9}/%_'\"";
    for job in ["job", "", odd] {
        let mut expected = JobRecord::default();
        assert_eq!(store.job(job).await.expect("an answer"), expected);
        for (holder, term, beat) in [
            (None, 0, 1),
            (Some("a"), 1, 0),
            (Some("a"), 1, 1),
            (Some("a"), 1, 2),
            (Some("b"), 2, 0),
            (Some("a"), 3, 0),
            (None, 4, 0),
            (None, 4, 1),
            (Some(odd), 5, 0),
            (Some(""), 6, 0),
        ] {
            done(store, [put_job(job, holder)]).await;
            expected = JobRecord::new(holder.map(str::to_owned), term, beat);
            assert_eq!(store.job(job).await.expect("an answer"), expected, "{job:?}");
        }
        assert_eq!(
            fixture.another().await.job(job).await.expect("an answer"),
            expected,
            "in another instance"
        );
    }
    // Twice in one commit, where the second sees the first.
    done(store, [put_job("twice", Some("a")), put_job("twice", Some("a")), put_job("other", Some("a"))])
        .await;
    assert_eq!(store.job("twice").await.expect("an answer"), JobRecord::new(Some("a".into()), 1, 1));
    let fixture = fixture.reopen().await;
    let job = fixture.store().job("twice").await.expect("an answer");
    assert_eq!(job, JobRecord::new(Some("a".into()), 1, 1), "a job was forgotten");
}

/// M-91: what depends on a term, or on a beat, that has passed or never was is refused.
pub async fn m_91_commits_of_former_terms_are_refused<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    done(store, [put_job("job", Some("a")), put_job("other", Some("a")), put_job("other", Some("b"))]).await;
    for (holder, holds, fails) in [
        (Some("a"), in_term("job", 1, Some(1)), in_term("job", 1, Some(0))),
        (Some("a"), in_term("job", 1, None), in_term("job", 1, Some(3))),
        (Some("b"), in_term("job", 2, None), in_term("job", 1, None)),
        (None, in_term("job", 3, Some(0)), in_term("job", 2, None)),
        (None, in_term("never", 0, None), in_term("never", 1, None)),
        (None, in_term("never", 0, Some(0)), in_term("never", 0, Some(1))),
    ] {
        done(store, [put_job("job", holder)]).await;
        let asked = commit([write("kind", "good", "value")]).require(holds.clone());
        assert!(store.commit(asked).await.is_ok(), "this holds: {holds:?}");
        let asked = commit([write("kind", "bad", "value"), put_job("job", Some("late"))]);
        let answer = store.commit(asked.require(holds).require(fails.clone())).await;
        assert!(matches!(answer, Err(Error::Conflict { index: 1 })), "this fails: {fails:?}: {answer:?}");
        assert_eq!(store.document("kind", "bad").await.expect("an answer"), None);
        let job = store.job("job").await.expect("an answer");
        assert_eq!(job.holder.as_deref(), holder, "a refused commit has put the job");
    }
}

/// M-91: of many who would take what they saw exactly one does, round after round.
pub async fn m_91_one_of_many_takes_a_job<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    for round in 0..10_u64 {
        let seen = store.job("job").await.expect("an answer");
        assert_eq!(seen.term, round);
        let takers = (0..6).map(|taker| {
            let (store, holder) = (Arc::clone(store), format!("{round}-{taker}"));
            let take =
                commit([put_job("job", Some(&holder))]).require(in_term("job", seen.term, Some(seen.beat)));
            tokio::spawn(async move {
                match store.commit(take).await {
                    Ok(_) => Some(holder),
                    Err(Error::Conflict { index: 0 }) => None,
                    Err(error) => panic!("a job is taken or not: {error}"),
                }
            })
        });
        let mut holders = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            holders.extend(taker.await.expect("the taker is done"));
        }
        assert_eq!(holders.len(), 1, "one takes it: {holders:?}");
        assert_eq!(store.job("job").await.expect("an answer").holder, holders.pop());
    }
}

/// M-92: putting a job appends no event, alone or beside changes that do.
pub async fn m_92_jobs_are_not_in_the_log<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    assert_eq!(done(store, [put_job("job", Some("a"))]).await.events, []);
    assert_eq!(done(store, [put_job("job", Some("a")), put_job("job", None)]).await.events, []);
    let both = done(store, [put_job("job", Some("b")), write("kind", "key", ""), put_job("job", None)]).await;
    assert_eq!(both.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1]);
    assert_eq!(store.events(0, 10).await.expect("events"), both.events);
    assert_eq!(store.last_event().await.expect("a number"), 1);
}
