//! File descriptors: one per connection, and many systems start a process with 1024.

/// Raises the limit of open files to what the system lets us have; returns it. `None` where there is no such limit, or
/// none that can be read.
#[cfg(unix)]
pub fn raise_open_files_limit() -> Option<u64> {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let before = limit.current;
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "cannot raise the limit of open files");
            limit.current = before;
        }
    }
    limit.current
}

/// There is no such limit here.
#[cfg(not(unix))]
pub fn raise_open_files_limit() -> Option<u64> {
    None
}
