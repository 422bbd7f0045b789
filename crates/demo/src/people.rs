//! The forty people: in each city a small shop, two or three who clear out their cupboards, and here and there one who
//! only buys.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    id::UserId,
    slug::Slug,
    user::{RegistrationForm, Role},
};

use crate::{
    chance::Chance,
    city::{City, Neighbourhood},
    goods::Voice,
};

/// The password of every demo account. It is no secret: whoever loads the demo prints it.
pub const PASSWORD: &str = "souk-demo-2026";

/// Somebody of the demo.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// The account's id, the same in every load.
    pub id: UserId,
    /// Where they live, for example `Neukölln, Berlin`.
    pub home: String,
    /// How they log in.
    pub email: String,
    /// Their public name in the address bar.
    pub username: String,
    /// Their name.
    pub display_name: String,
    /// What they do here.
    pub role: Role,
    /// When they opened their account: before anything of theirs was listed.
    pub joined_at: DateTime<Utc>,
    pub(crate) city: City,
    pub(crate) neighbourhood: Neighbourhood,
}

impl DemoPerson {
    /// What they filled in to register.
    pub fn form(&self) -> RegistrationForm {
        RegistrationForm {
            email: self.email.clone(),
            username: self.username.clone(),
            password: PASSWORD.to_owned(),
            display_name: Some(self.display_name.clone()),
            phone: None,
            role: Some(self.role.slug().to_owned()),
        }
    }

    /// Whose words they use about their things; `None` for those who only buy.
    pub(crate) fn voice(&self) -> Option<Voice> {
        match self.role {
            Role::Seller => Some(Voice::Shop),
            Role::Both => Some(Voice::Private),
            Role::Buyer | Role::Admin => None,
        }
    }
}

/// Name, username and mailbox, and what the person does here.
type Entry = (&'static str, &'static str, &'static str, Role);

/// The four of a city. The mailbox is written out, since names have letters that mailboxes don't.
const fn of(city: City) -> [Entry; 4] {
    use Role::{Both, Buyer, Seller};
    match city {
        City::Berlin => [
            ("Kiezfund Berlin", "kiezfund", "hallo.kiezfund", Seller),
            ("Lena Hoffmann", "lena_hoffmann", "lena.hoffmann", Both),
            ("Jonas Brandt", "jbrandt", "jonas.brandt", Both),
            ("Aylin Kaya", "aylinkaya", "aylin.kaya", Both),
        ],
        City::Brussels => [
            ("Claes & Fille", "claesetfille", "bonjour.claesetfille", Seller),
            ("Camille Dubois", "camille.dubois", "camille.dubois", Both),
            ("Nora El Amrani", "nora_ea", "nora.elamrani", Both),
            ("Wout Peeters", "woutp", "wout.peeters", Buyer),
        ],
        City::Amsterdam => [
            ("Tweede Leven", "tweedeleven", "info.tweedeleven", Seller),
            ("Sanne de Vries", "sannedevries", "sanne.devries", Both),
            ("Daan Bakker", "daanb", "daan.bakker", Both),
            ("Jerrel Pinas", "jerrel.p", "jerrel.pinas", Both),
        ],
        City::London => [
            ("Second Shelf E8", "secondshelf", "hello.secondshelf", Seller),
            ("Priya Sharma", "priya_sh", "priya.sharma", Both),
            ("Oliver Bennett", "olibennett", "oliver.bennett", Both),
            ("Chidi Okafor", "chidi.o", "chidi.okafor", Buyer),
        ],
        City::Paris => [
            ("L'Atelier des Deux Vies", "deuxvies", "atelier.deuxvies", Seller),
            ("Chloé Martin", "chloe.martin", "chloe.martin", Both),
            ("Antoine Lefèvre", "antoine_l", "antoine.lefevre", Both),
            ("Fatou Diallo", "fatoudiallo", "fatou.diallo", Both),
        ],
        City::Lisbon => [
            ("Feira da Graça", "feiradagraca", "ola.feiradagraca", Seller),
            ("Inês Ferreira", "inesferreira", "ines.ferreira", Both),
            ("Tiago Almeida", "tiago_almeida", "tiago.almeida", Both),
            ("Beatriz Santos", "bia.santos", "beatriz.santos", Buyer),
        ],
        City::NewYork => [
            ("Fifth & Again", "fifthandagain", "hello.fifthandagain", Seller),
            ("Maya Rodriguez", "maya.rodriguez", "maya.rodriguez", Both),
            ("Ethan Goldberg", "ethang", "ethan.goldberg", Both),
            ("Jasmine Carter", "jas_carter", "jasmine.carter", Both),
        ],
        City::SanFrancisco => [
            ("Fogline Resale", "fogline", "team.fogline", Seller),
            ("Emily Nakamura", "emilynakamura", "emily.nakamura", Both),
            ("Marcus Reed", "marcus_reed", "marcus.reed", Both),
            ("Diego Morales", "diegom", "diego.morales", Both),
        ],
        City::Istanbul => [
            ("Moda Sandık", "modasandik", "merhaba.modasandik", Seller),
            ("Elif Yılmaz", "elifyilmaz", "elif.yilmaz", Both),
            ("Mehmet Demir", "mdemir", "mehmet.demir", Both),
            ("Zeynep Arslan", "zeynep.arslan", "zeynep.arslan", Both),
        ],
        City::Dubai => [
            ("Second Souq", "secondsouq", "care.secondsouq", Seller),
            ("Omar Al Mansoori", "omar_am", "omar.almansoori", Both),
            ("Ayesha Khan", "ayeshakhan", "ayesha.khan", Both),
            ("Arjun Menon", "arjunm", "arjun.menon", Buyer),
        ],
    }
}

/// Everybody, city by city.
pub fn people(now: DateTime<Utc>) -> Vec<DemoPerson> {
    let entries = City::ALL.into_iter().flat_map(|city| {
        let facts = city.facts();
        // Every other neighbourhood, so that four people live in four corners of the city.
        of(city).into_iter().zip(facts.neighbourhoods.iter().step_by(2)).map(move |entry| (city, entry))
    });
    (0..)
        .zip(entries)
        .map(|(index, (city, ((display_name, username, mailbox, role), neighbourhood)))| {
            let mut chance = Chance::of(b'p', index);
            let id = UserId::from_uuid(chance.id(index));
            let minutes = i64::try_from(chance.below(300 * 24 * 60)).unwrap_or_default();
            DemoPerson {
                id,
                home: format!("{}, {}", neighbourhood.name, city.facts().name),
                email: format!("{mailbox}@example.com"),
                username: username.to_owned(),
                display_name: display_name.to_owned(),
                role,
                joined_at: now - TimeDelta::days(61) - TimeDelta::minutes(minutes),
                city,
                neighbourhood: *neighbourhood,
            }
        })
        .collect()
}
