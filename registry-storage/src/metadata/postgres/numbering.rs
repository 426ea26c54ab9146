//! Giving numbers to commits that are visible without.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;
use tokio_postgres::types::Type;

use super::pool::Pool;
use super::value::column;
use crate::{Error, Result};

const COMMITS: &str = "SELECT id, first FROM registry.number_commits($1)";
const ALL: &str = "SELECT registry.number_all()";
const CONTEXT: &str = "give numbers to events";

/// A commit that waits for the number of its first event.
struct Waiting {
    id: i64,
    answer: oneshot::Sender<Result<i64>>,
}

/// Asks for numbers on a connection of its own, so that it never stands in line behind commits; one call for all commits of
/// this process that wait.
pub(super) struct Numbering {
    pool: Pool,
    line: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

impl Numbering {
    /// With a pool that has one connection.
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, line: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// The number of the first event of a commit that is visible.
    ///
    /// # Errors
    /// When the database cannot be asked. The commit stays, and gets its number from whoever comes next.
    ///
    /// # Cancel safety
    /// Whoever waits with the caller goes on.
    pub(super) async fn number(&self, id: i64) -> Result<i64> {
        loop {
            let (answer, mut answered) = oneshot::channel();
            self.line.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { id, answer });
            tokio::select! {
                biased;
                answer = &mut answered => {
                    if let Ok(answer) = answer {
                        return answer;
                    }
                }
                turn = self.turn.lock() => {
                    self.call().await;
                    drop(turn);
                    if let Ok(answer) = answered.await {
                        return answer;
                    }
                }
            }
            // Whoever had taken this commit along was dropped.
        }
    }

    /// Gives numbers to all visible commits.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(super) async fn all(&self) -> Result<()> {
        self.pool.read(CONTEXT, ALL, &[]).await.map(drop)
    }

    /// Asks for all that stand in the line.
    async fn call(&self) {
        let line = std::mem::take(&mut *self.line.lock().unwrap_or_else(PoisonError::into_inner));
        if line.is_empty() {
            return;
        }
        let ids: Vec<i64> = line.iter().map(|waiting| waiting.id).collect();
        let found = self.ask(&ids).await;
        for waiting in line {
            let answer = match &found {
                Ok(numbers) => match numbers.iter().find(|(id, _)| *id == waiting.id) {
                    Some((_, first)) => Ok(*first),
                    None => Err(Error::internal(CONTEXT, "a commit is not there any more")),
                },
                Err(error) => Err(Error::Unavailable { retry_after: None, source: error.to_string().into() }),
            };
            // Nobody may be waiting any more.
            let _ = waiting.answer.send(answer);
        }
    }

    async fn ask(&self, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
        let rows = self.pool.read(CONTEXT, COMMITS, &[(&ids, Type::INT8_ARRAY)]).await?;
        rows.iter().map(|row| Ok((column(row, "id")?, column(row, "first")?))).collect()
    }
}
