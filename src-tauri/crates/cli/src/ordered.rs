//! Processes items in parallel and delivers the results in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Runs `work` on `items` in `workers` threads. Calls `take` on this thread with each result, in item order and as soon
/// as possible. When `take` returns `Break`, no new work is started.
///
/// With several workers, parallel loops inside `work` run on the worker's own thread, because they would only compete.
pub fn for_each<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R) -> ControlFlow<()>,
) {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        let workers = workers.clamp(1, items.len().max(1));
        for _ in 0..workers {
            let sender = sender.clone();
            let (next, stopped, work) = (&next, &stopped, &work);
            scope.spawn(move || {
                let _alone = if workers > 1 { stay_on_this_thread() } else { None };
                while !stopped.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    if sender.send((index, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                if take(&items[due], result).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                    return;
                }
                due += 1;
            }
        }
    });
}

/// A rayon pool of this thread only: while it lives, parallel loops started on this thread run on it.
fn stay_on_this_thread() -> Option<ThreadPool> {
    // If this fails, everything works but is slower.
    ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order_whatever_is_ready_first() {
        let items: Vec<u64> = (0..20).collect();
        let mut taken = Vec::new();
        let work = |item: &u64| {
            thread::sleep(Duration::from_millis((20 - item) % 7));
            item * 10
        };
        for_each(&items, 4, work, |item, result| {
            taken.push((*item, result));
            ControlFlow::Continue(())
        });
        assert_eq!(taken, items.iter().map(|item| (*item, item * 10)).collect::<Vec<_>>());
    }

    #[test]
    fn a_break_begins_nothing_new() {
        let items: Vec<usize> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let work = |_: &usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(1));
        };
        for_each(&items, 2, work, |_, ()| ControlFlow::Break(()));
        assert!(begun.load(Ordering::Relaxed) < 100);
    }

    #[test]
    fn nothing_is_no_work() {
        for_each(&[], 4, |_: &u8| (), |_, ()| ControlFlow::Continue(()));
    }
}
