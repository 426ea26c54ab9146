//! Random operations on the engine and on a naive registry, compared after every step by every query.

mod aim;
mod compare;
mod operation;
mod reference;
mod run;
mod template;

use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use registry_engine::{SparseContent, SparsePolicy};

use self::operation::{Operation, operations};
use self::reference::Reference;
use self::run::Engine;
use crate::support::{World, name};

#[test]
fn the_engine_is_the_model_in_memory() {
    run(64, async || World::in_memory());
}

#[test]
fn the_engine_is_the_model_on_disk() {
    run(8, World::on_disk);
}

/// Runs this many sequences, and those that once failed before them.
fn run(cases: u32, world: impl AsyncFn() -> World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let regressions = FileFailurePersistence::Direct("tests/it/model/regressions.txt");
    let config = Config { cases, failure_persistence: Some(Box::new(regressions)), ..Config::default() };
    let all = TestRunner::new(config).run(&operations(), |operations| {
        runtime.block_on(async { agree(world().await, &operations).await });
        Ok(())
    });
    all.unwrap();
}

async fn agree(world: World, operations: &[(Operation, Option<usize>)]) {
    let world = world.with(|settings| {
        settings.sparse = SparsePolicy::new(SparseContent::Refuse)
            .with(name("a/b"), SparseContent::Children)
            .with(name("c/d"), SparseContent::Content);
    });
    let mut engine = Engine::new(world);
    let mut reference = Reference::new();
    for (step, (operation, choice)) in operations.iter().enumerate() {
        let operation = match choice {
            Some(choice) => &aim::aim(operation.clone(), *choice, &reference),
            None => operation,
        };
        let answer = engine.carry_out(operation, &reference).await;
        assert_eq!(answer, reference.carry_out(operation), "step {step}: {operation:?}");
        compare::compare(&engine, &reference).await;
    }
}
