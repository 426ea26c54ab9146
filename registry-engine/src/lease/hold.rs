//! Working for as long as a lease is held.

use std::future::Future;
use std::pin::{Pin, pin};

use tokio::sync::watch;

use super::Term;
use super::keep::{Held, Keep};
use super::strict::Strict;

/// Does the work, and drops it when the lease is lost; answers whether that was the end: the work is done, or was told to
/// come to its end before the lease was lost.
pub(super) async fn hold<F, Work>(
    keep: &Keep<'_>,
    held: Held,
    work: &mut F,
    mut shutdown: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> bool
where
    F: FnMut(Term) -> Work + Send,
    Work: Future<Output = ()> + Send,
{
    let deadline = keep.deadline(&held);
    let (end, ending) = watch::channel(false);
    {
        let mut over = Strict::new(&deadline);
        let mut lost = pin!(keep.renew(&held, &deadline));
        let mut work = pin!(work(Term::new(keep.name(), held.term, ending)));
        loop {
            // The deadline comes first, so that nothing is begun behind it.
            tokio::select! {
                biased;
                () = &mut over => return *end.borrow(),
                () = &mut lost => return *end.borrow(),
                () = &mut shutdown, if !*end.borrow() => drop(end.send_replace(true)),
                () = &mut work => break,
            }
        }
    }
    keep.give_back(&held).await;
    true
}
