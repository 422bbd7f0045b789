//! Being asked to end.

/// Waits for SIGTERM (a supervisor) or SIGINT (Ctrl-C).
#[cfg(unix)]
pub async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
