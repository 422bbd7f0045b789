//! Cursors: where a page goes on, signed, so that a client can keep one but not make one.
//!
//! A cursor is 24 bytes of position (32 for what is near) and 8 bytes of a MAC over them and the list they belong to. A
//! touched cursor, or one of another list, is 400; nothing of the database shows in it but a sort key and an id that the
//! client has seen, and how far apart rows of what is near were.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use souk_domain::{
    geo::{GeoBox, GeoPoint, Meters},
    id::ProductId,
    product::{FeedPosition, NearbyPosition, ProductSort},
    slug::Slug,
};
use souk_ports::event::EventPosition;
use uuid::Uuid;

use crate::{event::unreadable_id, problem::Problem};

/// What the MAC of an event's id is about, beside its position.
const EVENTS: &[u8] = b"events";
/// Bytes of a MAC that are kept.
const TAG: usize = 8;

/// Signs and reads cursors.
#[derive(Clone)]
pub struct Cursors(Arc<Macs>);

/// One signs; while keys are changed, another is still read.
struct Macs {
    current: Hmac<Sha256>,
    previous: Option<Hmac<Sha256>>,
}

/// A position as the two things every order here is made of: a key of 64 bits and an id.
type Position = (u64, Uuid);

impl Cursors {
    /// Takes the key that all servers share, and the one before it while cursors of that one are still about.
    pub fn new(current: &[u8; 32], previous: Option<&[u8; 32]>) -> Self {
        Self(Arc::new(Macs { current: keyed(current), previous: previous.map(keyed) }))
    }

    /// A cursor into a feed in this order.
    pub fn feed(&self, sort: ProductSort, position: FeedPosition) -> String {
        self.sign(sort.slug().as_bytes(), (position.key.cast_unsigned(), position.id.as_uuid()))
    }

    /// The position in a feed in this order.
    pub fn read_feed(&self, sort: ProductSort, cursor: &str) -> Result<FeedPosition, Problem> {
        let (key, id) = self.read(sort.slug().as_bytes(), cursor)?;
        Ok(FeedPosition { key: key.cast_signed(), id: ProductId::from_uuid(id) })
    }

    /// A cursor into what is near a point.
    pub fn nearby(&self, centre: GeoPoint, position: NearbyPosition) -> String {
        let (distance, spread) = (position.distance.0.to_be_bytes(), position.spread.to_be_bytes());
        let id = position.id.as_uuid();
        self.seal(&around(centre), &[&distance[..], id.as_bytes(), &spread].concat())
    }

    /// The position in what is near a point; distances from another point mean nothing.
    pub fn read_nearby(&self, centre: GeoPoint, cursor: &str) -> Result<NearbyPosition, Problem> {
        let position = self.open(&around(centre), cursor).ok_or_else(Problem::invalid_cursor)?;
        let (distance, id, spread) = nearby_position(&position).ok_or_else(Problem::invalid_cursor)?;
        Ok(NearbyPosition { distance: Meters(distance), id: ProductId::from_uuid(id), spread })
    }

    /// A cursor into what lies in a box.
    pub fn in_box(&self, area: &GeoBox, position: FeedPosition) -> String {
        self.sign(&edges(area), (position.key.cast_unsigned(), position.id.as_uuid()))
    }

    /// The position in what lies in a box.
    pub fn read_in_box(&self, area: &GeoBox, cursor: &str) -> Result<FeedPosition, Problem> {
        let (key, id) = self.read(&edges(area), cursor)?;
        Ok(FeedPosition { key: key.cast_signed(), id: ProductId::from_uuid(id) })
    }

    /// A cursor into a list that is read newest first, by the name of the list.
    pub fn newest(&self, list: &str, at: DateTime<Utc>, id: Uuid) -> String {
        self.sign(list.as_bytes(), (at.timestamp_micros().cast_unsigned(), id))
    }

    /// The position in a list that is read newest first.
    pub fn read_newest(&self, list: &str, cursor: &str) -> Result<(DateTime<Utc>, Uuid), Problem> {
        let (key, id) = self.read(list.as_bytes(), cursor)?;
        let at = DateTime::from_timestamp_micros(key.cast_signed()).ok_or_else(Problem::invalid_cursor)?;
        Ok((at, id))
    }

    /// The id of the event that a position is at.
    pub fn event(&self, position: &EventPosition) -> String {
        self.seal(EVENTS, &position.0)
    }

    /// The position of the event with an id.
    pub fn read_event(&self, id: &str) -> Result<EventPosition, Problem> {
        self.open(EVENTS, id).map(|position| EventPosition(position.into())).ok_or_else(unreadable_id)
    }

    /// A cursor into a list that is read by a whole number, such as a count, by the name of the list.
    pub fn keyed(&self, list: &str, key: i64, id: Uuid) -> String {
        self.sign(list.as_bytes(), (key.cast_unsigned(), id))
    }

    /// The position in a list that is read by a whole number.
    pub fn read_keyed(&self, list: &str, cursor: &str) -> Result<(i64, Uuid), Problem> {
        let (key, id) = self.read(list.as_bytes(), cursor)?;
        Ok((key.cast_signed(), id))
    }

    fn sign(&self, list: &[u8], (key, id): Position) -> String {
        self.seal(list, &[&key.to_be_bytes()[..], id.as_bytes()].concat())
    }

    fn read(&self, list: &[u8], cursor: &str) -> Result<Position, Problem> {
        let position = self.open(list, cursor);
        position.as_deref().and_then(keyed_position).ok_or_else(Problem::invalid_cursor)
    }

    /// A position in a list, with the MAC over both.
    fn seal(&self, list: &[u8], position: &[u8]) -> String {
        let tag = mac_of(&self.0.current, list, position).finalize().into_bytes();
        let bytes: Vec<u8> = position.iter().chain(tag.iter().take(TAG)).copied().collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What was sealed as a position in this list; `None` for anything else.
    fn open(&self, list: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (position, tag) = bytes.split_last_chunk::<TAG>()?;
        let mut macs = std::iter::once(&self.0.current).chain(&self.0.previous);
        macs.any(|mac| mac_of(mac, list, position).verify_truncated_left(tag).is_ok()).then_some(())?;
        bytes.truncate(bytes.len() - TAG);
        Some(bytes)
    }
}

fn keyed_position(bytes: &[u8]) -> Option<Position> {
    let (key, id) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*key), Uuid::from_slice(id).ok()?))
}

fn nearby_position(bytes: &[u8]) -> Option<(f64, Uuid, f64)> {
    let (distance, rest) = bytes.split_first_chunk()?;
    let (id, spread) = rest.split_last_chunk()?;
    Some((f64::from_be_bytes(*distance), Uuid::from_slice(id).ok()?, f64::from_be_bytes(*spread)))
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a key up with zeros to its block of 64 bytes (RFC 2104); here the compiler sees that it fits.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(byte, of)| *byte = *of);
    Hmac::new(&block.into())
}

fn mac_of(keyed: &Hmac<Sha256>, list: &[u8], position: &[u8]) -> Hmac<Sha256> {
    let mut mac = keyed.clone();
    // How long the position is keeps its end from being taken for the beginning of the list.
    mac.update(&position.len().to_be_bytes());
    mac.update(position);
    mac.update(list);
    mac
}

fn around(centre: GeoPoint) -> [u8; 16] {
    let mut bytes = [0; 16];
    let numbers = centre.latitude().to_be_bytes().into_iter().chain(centre.longitude().to_be_bytes());
    bytes.iter_mut().zip(numbers).for_each(|(byte, of)| *byte = of);
    bytes
}

fn edges(area: &GeoBox) -> Vec<u8> {
    [area.west(), area.south(), area.east(), area.north()].into_iter().flat_map(f64::to_be_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors() -> Cursors {
        Cursors::new(&[3; 32], None)
    }

    fn position() -> FeedPosition {
        FeedPosition { key: -7, id: ProductId::from_uuid(Uuid::from_u128(42)) }
    }

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        let cursor = cursors().feed(ProductSort::Newest, position());
        assert_eq!(cursors().read_feed(ProductSort::Newest, &cursor), Ok(position()));
        let centre = GeoPoint::new(52.52, 13.405).unwrap();
        let nearby = NearbyPosition { distance: Meters(1_234.567_89), id: position().id, spread: 812.5 };
        let cursor = cursors().nearby(centre, nearby);
        assert_eq!(cursors().read_nearby(centre, &cursor), Ok(nearby));
        let area = GeoBox::new(170.0, -1.0, -170.0, 1.0).unwrap();
        let cursor = cursors().in_box(&area, position());
        assert_eq!(cursors().read_in_box(&area, &cursor), Ok(position()));
        assert!(cursors().read_in_box(&GeoBox::WORLD, &cursor).is_err());
    }

    #[test]
    fn a_cursor_of_another_list_or_server_is_refused() {
        let cursor = cursors().feed(ProductSort::Newest, position());
        let centre = GeoPoint::new(52.52, 13.405).unwrap();
        assert!(cursors().read_feed(ProductSort::Popular, &cursor).is_err());
        assert!(cursors().read_nearby(centre, &cursor).is_err());
        assert!(Cursors::new(&[4; 32], None).read_feed(ProductSort::Newest, &cursor).is_err());
        for bad in ["", "x", "ÄÖÜ", &"A".repeat(43), &"A".repeat(10_000)] {
            assert_eq!(cursors().read_feed(ProductSort::Newest, bad).unwrap_err().status(), 400);
        }
    }

    #[test]
    fn a_cursor_into_somebodys_list_is_of_that_list_alone() {
        let (at, id) = (DateTime::UNIX_EPOCH, Uuid::from_u128(7));
        let cursor = cursors().newest("sessions of ada", at, id);
        assert_eq!(cursors().read_newest("sessions of ada", &cursor), Ok((at, id)));
        assert!(cursors().read_newest("sessions of bob", &cursor).is_err());
    }

    #[test]
    fn while_keys_change_cursors_of_both_are_read_and_the_new_key_signs() {
        let [old, new] = [3, 4].map(|key| Cursors::new(&[key; 32], None));
        let both = Cursors::new(&[4; 32], Some(&[3; 32]));
        let cursor = old.feed(ProductSort::Newest, position());
        assert_eq!(both.read_feed(ProductSort::Newest, &cursor), Ok(position()));
        assert!(new.read_feed(ProductSort::Newest, &cursor).is_err());
        let cursor = both.feed(ProductSort::Newest, position());
        assert_eq!(new.read_feed(ProductSort::Newest, &cursor), Ok(position()));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let cursor = cursors().feed(ProductSort::Newest, position());
        for byte in 0..cursor.len() {
            for bit in 0..8 {
                let mut touched = cursor.clone().into_bytes();
                touched[byte] ^= 1 << bit;
                if let Ok(touched) = String::from_utf8(touched) {
                    assert!(
                        cursors().read_feed(ProductSort::Newest, &touched).is_err(),
                        "byte {byte} bit {bit}"
                    );
                }
            }
        }
    }
}
