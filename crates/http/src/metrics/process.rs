//! What the kernel and the async runtime know about this process, under the names Prometheus clients agree on.
//!
//! Read from `/proc`, so on Linux only; elsewhere these metrics are left out.

use std::fs;

use metrics::{counter, describe_counter, describe_gauge, gauge};

/// Clock ticks per second in `/proc`: fixed at 100 on every Linux that user space can see.
const TICKS: u64 = 100;

pub(super) fn describe() {
    describe_gauge!("process_resident_memory_bytes", "Memory held by this process.");
    describe_gauge!("process_open_fds", "File descriptors open.");
    describe_gauge!("process_threads", "Threads of this process.");
    describe_counter!("process_cpu_seconds_total", "Processor time used, in whole seconds.");
    describe_gauge!("runtime_tasks", "Tasks alive in the async runtime.");
    describe_gauge!("runtime_queue_depth", "Tasks waiting in the runtime's shared queue.");
}

pub(super) fn read() {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let runtime = runtime.metrics();
        gauge!("runtime_tasks").set(super::float(runtime.num_alive_tasks()));
        gauge!("runtime_queue_depth").set(super::float(runtime.global_queue_depth()));
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        if let Some(kilobytes) = line(&status, "VmRSS:") {
            gauge!("process_resident_memory_bytes").set(f64::from(kilobytes) * 1024.0);
        }
        if let Some(threads) = line(&status, "Threads:") {
            gauge!("process_threads").set(f64::from(threads));
        }
    }
    if let Ok(fds) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(super::float(fds.count()));
    }
    if let Some(ticks) = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_ticks(&stat)) {
        counter!("process_cpu_seconds_total").absolute(ticks / TICKS);
    }
}

/// The number in a line of `/proc/self/status`.
fn line(status: &str, name: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// User and system time, the 14th and 15th field. The second field, the program's name, may hold blanks and brackets,
/// so counting begins after its last bracket.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read_even_with_an_odd_program_name() {
        let stat = "42 (so (u) k) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 4 0 999 1000 200";
        assert_eq!(cpu_ticks(stat), Some(400));
        assert_eq!(line("Name:\tsouk\nVmRSS:\t  2048 kB\nThreads:\t9\n", "VmRSS:"), Some(2048));
        assert_eq!(line("Name:\tsouk\n", "VmRSS:"), None);
    }
}
