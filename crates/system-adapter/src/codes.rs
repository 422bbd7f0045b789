//! Six digits that nobody can foresee.

use souk_domain::verification::Code;
use souk_ports::{PortError, verification::CodeSource};

/// Codes from the system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomCodes;

impl CodeSource for RandomCodes {
    fn next(&self) -> Result<Code, PortError> {
        loop {
            let number = getrandom::u32()
                .map_err(|error| PortError::Unexpected(format!("randomness: {error}")))?
                // Twenty bits, hardly more than a million: numbers above are thrown again, so that each code is as
                // likely as any other.
                & 0xF_FFFF;
            if number < 1_000_000 {
                return Ok(Code::of(number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_differ_and_begin_with_every_digit() {
        let codes: Vec<_> = (0..1_000).map(|_| RandomCodes.next().unwrap()).collect();
        let different: HashSet<_> = codes.iter().map(Code::expose).collect();
        assert!(different.len() > 950, "{}", different.len());
        let first: HashSet<_> = codes.iter().filter_map(|code| code.expose().chars().next()).collect();
        assert_eq!(first.len(), 10);
    }
}
