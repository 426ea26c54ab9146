//! The same test on each pair of stores.

/// Runs each of the named functions, which take a [`World`](crate::support::World), on each pair of stores.
macro_rules! on_each_store {
    ($($test:ident),+ $(,)?) => {
        mod in_memory {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::support::World::in_memory()).await;
                }
            )+
        }

        mod on_disk {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::support::World::on_disk().await).await;
                }
            )+
        }
    };
}
