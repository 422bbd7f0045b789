//! Threads, the messages in them, and the offers that three of four threads are about.
//!
//! Which thread a message belongs to is drawn message by message, in the order of time, as in a real database, where the
//! messages of one thread do not lie together. What threads say of their last message is found in a first pass.

use std::collections::HashSet;

use super::super::copy::Rows;
use super::super::dice::Dice;
use super::super::stamp::{Id, NEWEST, Time};
use super::super::words;
use super::products::{Product, State};
use super::{Sizes, Table, World, at, kind};

/// Messages lie in so many days.
const DAYS: f64 = 200.0;

/// What is decided of a thread.
#[derive(Debug, Clone, Copy, Default)]
struct Thread {
    buyer: u32,
    product: u32,
    messages: u32,
    /// The number of its last message, among all messages.
    last: u32,
    /// Up to where each side has read.
    read_by_buyer: u32,
    read_by_seller: u32,
}

/// What is decided of all threads.
#[derive(Debug)]
pub(in super::super) struct Threads {
    all: Vec<Thread>,
    /// The place of each message in its thread.
    places: Vec<u32>,
    /// Buyer and listing of each.
    pairs: HashSet<(u32, u32)>,
}

/// Whether a thread is about offers, and about how many.
fn offers_in(thread: u32) -> u32 {
    match thread % 4 {
        0 | 1 => 2,
        2 => 1,
        _ => 0,
    }
}

/// The thread of a message: each has a first, those with two offers a second, and the rest goes where talk is.
fn thread_of(sizes: &Sizes, message: u32) -> u32 {
    let threads = sizes.threads;
    if message < threads {
        message
    } else if message < threads + threads / 2 {
        let place = message - threads;
        place / 2 * 4 + place % 2
    } else {
        Dice::of(kind::MESSAGE, u64::from(message)).skewed(threads, 2.0)
    }
}

/// Whether the buyer wrote a message; offers are theirs.
fn by_buyer(thread: u32, message: u32, place: u32) -> bool {
    place <= offers_in(thread) || Dice::of(kind::MESSAGE, u64::from(message) | 1 << 40).happens(0.5)
}

fn sent(sizes: &Sizes, message: u32) -> Time {
    NEWEST.before(DAYS).after(DAYS * f64::from(message) / f64::from(sizes.messages))
}

fn message_id(sizes: &Sizes, message: u32) -> Id {
    Id::at(sent(sizes, message), &mut Dice::of(kind::MESSAGE, u64::from(message) | 1 << 41))
}

pub(in super::super) fn thread_id(sizes: &Sizes, thread: u32) -> Id {
    Id::at(sent(sizes, thread), &mut Dice::of(kind::THREAD, u64::from(thread) | 1 << 40))
}

fn offer_id(sizes: &Sizes, thread: u32, message: u32) -> Id {
    Id::at(sent(sizes, message), &mut Dice::of(kind::OFFER, u64::from(thread) | 1 << 40))
}

impl Threads {
    /// Draws all of them.
    pub(super) fn draw(sizes: &Sizes) -> Self {
        let mut pairs = HashSet::new();
        let mut threads: Vec<_> = (0..sizes.threads).map(|n| parties(sizes, n, &mut pairs)).collect();
        let mut places = Vec::new();
        for message in 0..sizes.messages {
            let n = thread_of(sizes, message);
            let Some(thread) = threads.get_mut(usize::try_from(n).unwrap_or(usize::MAX)) else { continue };
            thread.messages += 1;
            thread.last = message;
            places.push(thread.messages);
            // Who writes has read what was written before.
            if by_buyer(n, message, thread.messages) {
                thread.read_by_buyer = thread.messages;
            } else {
                thread.read_by_seller = thread.messages;
            }
        }
        for (thread, n) in threads.iter_mut().zip(0..) {
            let mut dice = Dice::of(kind::THREAD, n | 1 << 41);
            // Most have read everything, some nothing since they last wrote.
            if dice.happens(0.7) {
                thread.read_by_buyer = thread.messages;
            }
            if dice.happens(0.7) {
                thread.read_by_seller = thread.messages;
            }
        }
        Self { all: threads, places, pairs }
    }

    /// Whether these two have a thread.
    pub(in super::super) fn has(&self, buyer: u32, product: u32) -> bool {
        self.pairs.contains(&(buyer, product))
    }

    /// Buyer and listing of a thread.
    pub(in super::super) fn parties(&self, n: u32) -> (u32, u32) {
        let thread = at(&self.all, n);
        (thread.buyer, thread.product)
    }
}

fn parties(sizes: &Sizes, n: u32, pairs: &mut HashSet<(u32, u32)>) -> Thread {
    let mut dice = Dice::of(kind::THREAD, u64::from(n));
    loop {
        let product = dice.below(sizes.products);
        let buyer = dice.skewed(sizes.users, 1.5);
        let facts = Product::of(sizes, product);
        let fits = facts.seller != buyer && (facts.is_community || offers_in(n) == 0);
        if fits && pairs.insert((buyer, product)) {
            return Thread { buyer, product, ..Thread::default() };
        }
    }
}

pub(super) fn table(sizes: &Sizes) -> Table {
    Table {
        name: "conversations",
        columns: "id, buyer_id, seller_id, product_id, last_message_id, last_message_at, last_seq, \
                  buyer_last_read_seq, seller_last_read_seq, buyer_archived_at, seller_archived_at, created_at, updated_at",
        things: sizes.threads,
        write,
    }
}

fn write(world: &World, n: u32, rows: &mut Rows) {
    let sizes = &world.sizes;
    let thread = at(&world.threads.all, n);
    let product = Product::of(sizes, thread.product);
    let mut dice = Dice::of(kind::THREAD, u64::from(n) | 1 << 42);
    let last = sent(sizes, thread.last);
    rows.put(thread_id(sizes, n))
        .put(world.user(thread.buyer))
        .put(world.user(product.seller))
        .put(product.id)
        .put(message_id(sizes, thread.last))
        .put(last)
        .put(thread.messages)
        .put(thread.read_by_buyer)
        .put(thread.read_by_seller)
        .put_or_null(dice.happens(0.05).then_some(last))
        .put_or_null(dice.happens(0.05).then_some(last))
        .put(sent(sizes, n))
        .put(last)
        .end_row();
}

pub(super) fn messages(sizes: &Sizes) -> Table {
    Table {
        name: "messages",
        columns: "id, conversation_id, seq, sender_id, message_type, content, offer_id, read_at, created_at, updated_at",
        things: sizes.messages,
        write: write_message,
    }
}

fn write_message(world: &World, n: u32, rows: &mut Rows) {
    let sizes = &world.sizes;
    let (id, place) = (thread_of(sizes, n), at(&world.threads.places, n));
    let thread = at(&world.threads.all, id);
    let is_buyers = by_buyer(id, n, place);
    let sender = if is_buyers { thread.buyer } else { Product::of(sizes, thread.product).seller };
    let read = place <= if is_buyers { thread.read_by_seller } else { thread.read_by_buyer };
    let when = sent(sizes, n);
    let offer = (place <= offers_in(id)).then(|| offer_id(sizes, id, n));
    let mut content = String::new();
    words::sentences(&mut Dice::of(kind::MESSAGE, u64::from(n) | 1 << 42), 1, &mut content);
    rows.put(message_id(sizes, n))
        .put(thread_id(sizes, id))
        .put(place)
        .put(world.user(sender))
        .put(if offer.is_some() { "offer" } else { "text" })
        .put(content)
        .put_or_null(offer)
        .put_or_null(read.then(|| when.after(0.01)))
        .put(when)
        .put(when)
        .end_row();
}

pub(super) fn offers(sizes: &Sizes) -> Table {
    Table {
        name: "offers",
        columns: OFFER_COLUMNS,
        // The messages that may be offers come first.
        things: sizes.threads + sizes.threads / 2,
        write: write_offer,
    }
}

pub(super) const OFFER_COLUMNS: &str = "id, product_id, buyer_id, seller_id, conversation_id, proposed_by, amount_minor, \
    currency, message, status, status_reason, expires_at, responded_at, created_at, updated_at";

fn write_offer(world: &World, message: u32, rows: &mut Rows) {
    let sizes = &world.sizes;
    let (id, place) = (thread_of(sizes, message), at(&world.threads.places, message));
    if place > offers_in(id) {
        return;
    }
    let thread = at(&world.threads.all, id);
    let product = Product::of(sizes, thread.product);
    let mut dice = Dice::of(kind::OFFER, u64::from(message));
    let is_last = place == offers_in(id);
    let (status, reason) = match (product.state, is_last, dice.below(10)) {
        (State::Available, true, 0..5) => ("pending", None),
        (State::Sold, true, _) => ("rejected", Some("item_sold")),
        (_, _, 0..7) => ("rejected", Some("declined")),
        (_, _, 7..9) => ("expired", None),
        _ => ("cancelled", Some("withdrawn")),
    };
    let made = sent(sizes, message);
    let is_pending = status == "pending";
    let answered = if is_pending { made } else { made.after(0.1) };
    rows.put(offer_id(sizes, id, message))
        .put(product.id)
        .put(world.user(thread.buyer))
        .put(world.user(product.seller))
        .put(thread_id(sizes, id))
        .put("buyer")
        .put(product.share(60 + dice.below(36)))
        .put("USD")
        .put("Would you take this?")
        .put(status)
        .put_or_null(reason)
        // What waits must outlast every run, or the sweeper would have work.
        .put(if is_pending { NEWEST.after(3_650.0) } else { made.after(2.0) })
        .put_or_null((!is_pending && status != "expired").then_some(answered))
        .put(made)
        .put(answered)
        .end_row();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_add_up_to_what_they_hold() {
        let sizes =
            Sizes { scale: 1, users: 100, products: 1_000, threads: 400, messages: 2_000, streams: 5 };
        let Threads { all: threads, places, pairs } = Threads::draw(&sizes);
        assert_eq!((threads.len(), places.len(), pairs.len()), (400, 2_000, 400));
        assert_eq!(threads.iter().map(|thread| thread.messages).sum::<u32>(), 2_000);
        let offers: u32 = (0..400).map(offers_in).sum();
        assert_eq!(offers, 500, "five offers for four threads");
        for (n, thread) in (0..).zip(&threads) {
            assert!(thread.messages >= offers_in(n).max(1));
            assert!(thread.read_by_buyer <= thread.messages && thread.read_by_seller <= thread.messages);
            assert_eq!(thread_of(&sizes, thread.last), n);
            assert_eq!(at(&places, thread.last), thread.messages);
            let own = if by_buyer(n, thread.last, thread.messages) {
                thread.read_by_buyer
            } else {
                thread.read_by_seller
            };
            assert_eq!(own, thread.messages, "who wrote last has read all");
        }
        let (busiest, all) = (threads.iter().map(|thread| thread.messages).max(), 400);
        assert!(busiest > Some(20), "{busiest:?} of {all}: some talk more than others");
    }
}
