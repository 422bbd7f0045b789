//! Where people are: fifty large cities, the first of which holds a tenth of everybody.

use super::dice::Dice;

/// A city: its name, longitude and latitude.
type City = (&'static str, f64, f64);

/// In the order of their share: the city at place `k`, counted from one, has a share of 1 / (k + 2) of the sum of all.
#[rustfmt::skip]
pub(super) const CITIES: [City; 50] = [
    ("Paris", 2.3522, 48.8566), ("London", -0.1276, 51.5072), ("New York", -74.006, 40.7128),
    ("Tokyo", 139.6917, 35.6895), ("Los Angeles", -118.2437, 34.0522), ("Casablanca", -7.5898, 33.5731),
    ("Istanbul", 28.9784, 41.0082), ("Cairo", 31.2357, 30.0444), ("Dubai", 55.2708, 25.2048),
    ("Mumbai", 72.8777, 19.076), ("Delhi", 77.1025, 28.7041), ("São Paulo", -46.6333, -23.5505),
    ("Mexico City", -99.1332, 19.4326), ("Lagos", 3.3792, 6.5244), ("Berlin", 13.405, 52.52),
    ("Madrid", -3.7038, 40.4168), ("Rome", 12.4964, 41.9028), ("Toronto", -79.3832, 43.6532),
    ("Chicago", -87.6298, 41.8781), ("Houston", -95.3698, 29.7604), ("Sydney", 151.2093, -33.8688),
    ("Melbourne", 144.9631, -37.8136), ("Singapore", 103.8198, 1.3521), ("Hong Kong", 114.1694, 22.3193),
    ("Shanghai", 121.4737, 31.2304), ("Beijing", 116.4074, 39.9042), ("Seoul", 126.978, 37.5665),
    ("Bangkok", 100.5018, 13.7563), ("Jakarta", 106.8456, -6.2088), ("Manila", 120.9842, 14.5995),
    ("Karachi", 67.0011, 24.8607), ("Dhaka", 90.4125, 23.8103), ("Nairobi", 36.8219, -1.2921),
    ("Johannesburg", 28.0473, -26.2041), ("Tunis", 10.1815, 36.8065), ("Algiers", 3.0588, 36.7538),
    ("Amsterdam", 4.9041, 52.3676), ("Brussels", 4.3517, 50.8503), ("Vienna", 16.3738, 48.2082),
    ("Stockholm", 18.0686, 59.3293), ("Oslo", 10.7522, 59.9139), ("Warsaw", 21.0122, 52.2297),
    ("Athens", 23.7275, 37.9838), ("Lisbon", -9.1393, 38.7223), ("Dublin", -6.2603, 53.3498),
    ("Miami", -80.1918, 25.7617), ("Vancouver", -123.1207, 49.2827), ("Buenos Aires", -58.3816, -34.6037),
    ("Bogotá", -74.0721, 4.711), ("Helsinki", 24.9384, 60.1699),
];

/// How far from a city's centre its people are, in degrees of latitude: a standard deviation of some four kilometres.
const SPREAD: f64 = 0.0382;

/// Up to which number from 0 to 1 a city and those before it reach.
pub(super) fn reaches() -> Vec<f64> {
    let shares = || (0..CITIES.len()).map(|k| 1.0 / (f64::from(u32::try_from(k).unwrap_or_default()) + 3.0));
    let sum: f64 = shares().sum();
    let mut reached = 0.0;
    shares()
        .map(|share| {
            reached += share / sum;
            reached
        })
        .collect()
}

/// Draws places.
#[derive(Debug)]
pub(super) struct Map(Vec<f64>);

/// A place and what it is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
    pub(super) name: &'static str,
}

impl Map {
    pub(super) fn new() -> Self {
        Self(reaches())
    }

    /// Somewhere in one of the cities.
    pub(super) fn in_a_city(&self, dice: &mut Dice) -> Place {
        let drawn = dice.unit();
        let index = self.0.partition_point(|reached| *reached < drawn);
        let (name, longitude, latitude) = CITIES.get(index).or(CITIES.last()).copied().unwrap_or_default();
        let (east, north) = (dice.gauss(SPREAD), dice.gauss(SPREAD));
        Place { longitude: longitude + east / latitude.to_radians().cos(), latitude: latitude + north, name }
    }

    /// Somewhere in the world where people may live; named after a city all the same.
    pub(super) fn anywhere(&self, dice: &mut Dice) -> Place {
        let near = self.in_a_city(dice);
        Place { longitude: dice.unit() * 360.0 - 180.0, latitude: dice.unit() * 120.0 - 55.0, ..near }
    }
}

impl Place {
    /// A place near this one, up to a kilometre or so in each direction.
    pub(super) fn near(self, dice: &mut Dice) -> Self {
        let (east, north) = (dice.unit() * 0.018 - 0.009, dice.unit() * 0.018 - 0.009);
        Self {
            longitude: (self.longitude + east / self.latitude.to_radians().cos()).clamp(-180.0, 180.0),
            latitude: (self.latitude + north).clamp(-90.0, 90.0),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_in_the_first_city_and_the_last_reaches_the_end() {
        let reaches = reaches();
        assert!((0.10..0.12).contains(&reaches[0]), "{}", reaches[0]);
        assert!((reaches[49] - 1.0).abs() < 1e-9);
        let map = Map::new();
        let in_paris = (0..10_000).filter(|n| map.in_a_city(&mut Dice::of(1, *n)).name == "Paris").count();
        assert!((1_000..1_200).contains(&in_paris), "{in_paris}");
    }
}
