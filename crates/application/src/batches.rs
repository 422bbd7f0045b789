//! Work that is done in batches, so that no transaction holds locks for long.

use std::future::Future;

use souk_ports::PortError;

/// Does batch after batch until one is not full; says how much was done.
pub(crate) async fn in_batches<F>(size: u32, mut batch: impl FnMut(u32) -> F) -> Result<u64, PortError>
where
    F: Future<Output = Result<u64, PortError>>,
{
    let mut all = 0;
    loop {
        let done = batch(size).await?;
        all += done;
        if done < u64::from(size) {
            return Ok(all);
        }
    }
}
