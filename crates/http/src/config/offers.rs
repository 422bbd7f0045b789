//! Offers, deals and the sweep.

use std::time::Duration;

use clap::Args;

use super::units::duration;

/// Offers, deals and the sweep as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Offers and deals")]
pub struct OffersArgs {
    /// How long an offer can be accepted unless its maker says otherwise
    #[arg(long, env = "SOUK_OFFER_TTL", value_name = "DURATION", default_value = "48h", value_parser = duration)]
    offer_ttl: Duration,
    /// The shortest time that its maker can choose
    #[arg(long, env = "SOUK_OFFER_TTL_MIN", value_name = "DURATION", default_value = "1h", value_parser = duration)]
    offer_ttl_min: Duration,
    /// The longest time that its maker can choose
    #[arg(long, env = "SOUK_OFFER_TTL_MAX", value_name = "DURATION", default_value = "5d", value_parser = duration)]
    offer_ttl_max: Duration,
    /// How many offers a buyer can make for one listing; many for load tests
    #[arg(long, env = "SOUK_OFFERS_PER_PRODUCT", value_name = "COUNT", default_value = "3",
        value_parser = clap::value_parser!(u32).range(1..))]
    offers_per_product: u32,
    /// How long the buyer has to pay once an offer is accepted
    #[arg(long, env = "SOUK_OFFER_PAY_WITHIN", value_name = "DURATION", default_value = "24h",
        value_parser = duration)]
    offer_pay_within: Duration,
    /// What the house keeps of each sale, in basis points: 1000 is a tenth. What was agreed on before stays as it was
    #[arg(long, env = "SOUK_FEE_BPS", value_name = "BPS", default_value = "1000",
        value_parser = clap::value_parser!(i64).range(0..=10_000))]
    fee_bps: i64,
    /// How often it is written down which offers have expired, and listings are put back on the market that nobody paid
    #[arg(long, env = "SOUK_SWEEP_EVERY", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    sweep_every: Duration,
}

/// Offers, deals and the sweep.
#[derive(Clone, Copy, Debug)]
pub struct Offers {
    /// How long an offer lives.
    pub ttl: Duration,
    /// The shortest life one can choose.
    pub ttl_min: Duration,
    /// The longest life one can choose.
    pub ttl_max: Duration,
    /// Offers of a buyer for a listing.
    pub per_product: u32,
    /// How long the buyer has to pay.
    pub pay_within: Duration,
    /// The house's part, in basis points.
    pub fee_bps: i64,
    /// How often to sweep.
    pub sweep_every: Duration,
}

impl OffersArgs {
    pub(super) fn resolve(self) -> Offers {
        Offers {
            ttl: self.offer_ttl,
            ttl_min: self.offer_ttl_min,
            ttl_max: self.offer_ttl_max,
            per_product: self.offers_per_product,
            pay_within: self.offer_pay_within,
            fee_bps: self.fee_bps,
            sweep_every: self.sweep_every,
        }
    }
}
