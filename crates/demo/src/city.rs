//! The ten cities, their money and their neighbourhoods.
//!
//! A neighbourhood's point is a place in the middle of its streets, at least as far from open water as listings are
//! scattered around it, so that nobody hands over a bookshelf in a river.

/// Where the people of the demo live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum City {
    Berlin,
    Brussels,
    Amsterdam,
    London,
    Paris,
    Lisbon,
    NewYork,
    SanFrancisco,
    Istanbul,
    Dubai,
}

/// A part of a city: its name, degrees north, degrees east.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbourhood {
    pub(crate) name: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// What is to be known of a city.
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    /// ISO 4217. All five used have a hundred minor units.
    pub(crate) currency: &'static str,
    pub(crate) neighbourhoods: [Neighbourhood; 8],
}

const fn at(name: &'static str, latitude: f64, longitude: f64) -> Neighbourhood {
    Neighbourhood { name, latitude, longitude }
}

impl City {
    pub(crate) const ALL: [Self; 10] = [
        Self::Berlin,
        Self::Brussels,
        Self::Amsterdam,
        Self::London,
        Self::Paris,
        Self::Lisbon,
        Self::NewYork,
        Self::SanFrancisco,
        Self::Istanbul,
        Self::Dubai,
    ];

    pub(crate) const fn facts(self) -> &'static Facts {
        match self {
            Self::Berlin => &BERLIN,
            Self::Brussels => &BRUSSELS,
            Self::Amsterdam => &AMSTERDAM,
            Self::London => &LONDON,
            Self::Paris => &PARIS,
            Self::Lisbon => &LISBON,
            Self::NewYork => &NEW_YORK,
            Self::SanFrancisco => &SAN_FRANCISCO,
            Self::Istanbul => &ISTANBUL,
            Self::Dubai => &DUBAI,
        }
    }
}

static BERLIN: Facts = Facts {
    name: "Berlin",
    currency: "EUR",
    neighbourhoods: [
        at("Bergmannkiez", 52.4895, 13.3940),
        at("Neukölln", 52.4845, 13.4330),
        at("Prenzlauer Berg", 52.5405, 13.4160),
        at("Friedrichshain", 52.5125, 13.4580),
        at("Wedding", 52.5480, 13.3590),
        at("Charlottenburg", 52.5055, 13.3130),
        at("Schöneberg", 52.4935, 13.3540),
        at("Pankow", 52.5680, 13.4050),
    ],
};

static BRUSSELS: Facts = Facts {
    name: "Brussels",
    currency: "EUR",
    neighbourhoods: [
        at("Châtelain", 50.8246, 4.3590),
        at("Saint-Gilles", 50.8265, 4.3455),
        at("Schaerbeek", 50.8676, 4.3740),
        at("Etterbeek", 50.8345, 4.3890),
        at("Uccle", 50.8025, 4.3385),
        at("Marolles", 50.8370, 4.3460),
        at("Jette", 50.8785, 4.3265),
        at("Sainte-Catherine", 50.8500, 4.3490),
    ],
};

static AMSTERDAM: Facts = Facts {
    name: "Amsterdam",
    currency: "EUR",
    neighbourhoods: [
        at("De Pijp", 52.3545, 4.8930),
        at("Jordaan", 52.3745, 4.8805),
        at("Oud-West", 52.3655, 4.8690),
        at("Dapperbuurt", 52.3620, 4.9280),
        at("Buikslotermeer", 52.3990, 4.9370),
        at("Bos en Lommer", 52.3790, 4.8480),
        at("Oud-Zuid", 52.3525, 4.8770),
        at("Watergraafsmeer", 52.3520, 4.9310),
    ],
};

static LONDON: Facts = Facts {
    name: "London",
    currency: "GBP",
    neighbourhoods: [
        at("Hackney", 51.5450, -0.0560),
        at("Peckham", 51.4735, -0.0690),
        at("Camden", 51.5435, -0.1480),
        at("Brixton", 51.4615, -0.1150),
        at("Walthamstow", 51.5840, -0.0210),
        at("Islington", 51.5420, -0.1030),
        at("Notting Hill", 51.5130, -0.2050),
        at("Stoke Newington", 51.5600, -0.0770),
    ],
};

static PARIS: Facts = Facts {
    name: "Paris",
    currency: "EUR",
    neighbourhoods: [
        at("Belleville", 48.8715, 2.3820),
        at("Marais", 48.8610, 2.3600),
        at("Montmartre", 48.8870, 2.3410),
        at("Batignolles", 48.8870, 2.3180),
        at("Aligre", 48.8490, 2.3790),
        at("Pernety", 48.8335, 2.3185),
        at("Butte-aux-Cailles", 48.8275, 2.3520),
        at("Ménilmontant", 48.8675, 2.3930),
    ],
};

static LISBON: Facts = Facts {
    name: "Lisboa",
    currency: "EUR",
    neighbourhoods: [
        at("Graça", 38.7175, -9.1310),
        at("Campo de Ourique", 38.7180, -9.1650),
        at("Alvalade", 38.7530, -9.1440),
        at("Arroios", 38.7295, -9.1350),
        at("Príncipe Real", 38.7165, -9.1485),
        at("Benfica", 38.7480, -9.2000),
        at("Areeiro", 38.7425, -9.1335),
        at("Telheiras", 38.7610, -9.1660),
    ],
};

static NEW_YORK: Facts = Facts {
    name: "New York",
    currency: "USD",
    neighbourhoods: [
        at("Williamsburg", 40.7130, -73.9530),
        at("Bushwick", 40.6945, -73.9215),
        at("Park Slope", 40.6710, -73.9790),
        at("Astoria", 40.7645, -73.9190),
        at("East Village", 40.7270, -73.9845),
        at("Harlem", 40.8110, -73.9465),
        at("Bed-Stuy", 40.6870, -73.9415),
        at("Jackson Heights", 40.7555, -73.8830),
    ],
};

static SAN_FRANCISCO: Facts = Facts {
    name: "San Francisco",
    currency: "USD",
    neighbourhoods: [
        at("Mission", 37.7600, -122.4150),
        at("Noe Valley", 37.7500, -122.4330),
        at("Inner Sunset", 37.7620, -122.4670),
        at("Inner Richmond", 37.7805, -122.4640),
        at("Hayes Valley", 37.7760, -122.4245),
        at("North Beach", 37.7990, -122.4090),
        at("Excelsior", 37.7235, -122.4270),
        at("Bernal Heights", 37.7400, -122.4150),
    ],
};

static ISTANBUL: Facts = Facts {
    name: "İstanbul",
    currency: "TRY",
    neighbourhoods: [
        at("Acıbadem", 41.0010, 29.0450),
        at("Altunizade", 41.0220, 29.0430),
        at("Abbasağa", 41.0480, 29.0040),
        at("Nişantaşı", 41.0510, 28.9930),
        at("Bomonti", 41.0590, 28.9800),
        at("Göztepe", 40.9800, 29.0610),
        at("Ataşehir", 40.9920, 29.1080),
        at("Fatih", 41.0190, 28.9460),
    ],
};

static DUBAI: Facts = Facts {
    name: "Dubai",
    currency: "AED",
    neighbourhoods: [
        at("Al Barsha", 25.1070, 55.2000),
        at("Jumeirah Village Circle", 25.0600, 55.2090),
        at("Al Quoz", 25.1400, 55.2350),
        at("Al Karama", 25.2480, 55.3020),
        at("Deira", 25.2640, 55.3270),
        at("Mirdif", 25.2190, 55.4180),
        at("Al Nahda", 25.2900, 55.3700),
        at("Al Satwa", 25.2210, 55.2750),
    ],
};
