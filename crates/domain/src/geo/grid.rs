//! The square map of the world (Web Mercator) and its grids: tiles, and the cells that listings are counted by.
//!
//! A grid of level `n` has 2ⁿ × 2ⁿ cells, numbered from the north-west. Its lines do not depend on what somebody looks at,
//! so that nothing jumps when the map is moved.

use std::{f64::consts::PI, ops::RangeInclusive};

use super::{GeoBox, GeoPoint};
use crate::violation::Fault;

/// Up to this latitude the map is square; what is nearer to a pole lies at its rim.
const RIM: f64 = 85.051_128_779_806_6;

/// How far a map is zoomed in, 0 (the world in 512 pixels) to 22 (a house).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zoom(u8);

/// One tile of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    zoom: Zoom,
    x: i32,
    y: i32,
}

/// Cells of one grid: all that a box touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    level: u8,
    columns: Vec<i32>,
    rows: RangeInclusive<i32>,
}

impl Zoom {
    /// The farthest one can zoom in.
    pub const MAX: u8 = 22;

    /// As far as one can zoom in.
    pub const CLOSEST: Self = Self(Self::MAX);

    /// Takes 0 to 22.
    pub fn new(zoom: i64) -> Result<Self, Fault> {
        u8::try_from(zoom)
            .ok()
            .filter(|zoom| *zoom <= Self::MAX)
            .map(Self)
            .ok_or_else(|| Fault::new("out_of_range", format!("Must be between 0 and {}.", Self::MAX)))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }

    /// The level of the grid whose cells are 64 pixels wide.
    fn level(self) -> u8 {
        self.0 + 3
    }
}

impl Tile {
    /// The tile at these places, if the zoom has one there.
    pub fn new(zoom: i64, x: i64, y: i64) -> Option<Self> {
        let zoom = Zoom::new(zoom).ok()?;
        let on_the_map =
            |place: i64| i32::try_from(place).ok().filter(|place| (0..side(zoom.0)).contains(place));
        Some(Self { zoom, x: on_the_map(x)?, y: on_the_map(y)? })
    }

    /// How far it is zoomed in.
    pub fn zoom(self) -> Zoom {
        self.zoom
    }

    /// Tiles west of it.
    pub fn x(self) -> i32 {
        self.x
    }

    /// Tiles north of it.
    pub fn y(self) -> i32 {
        self.y
    }

    /// What it shows, in degrees; at the rim of the map, up to the pole.
    pub fn area(self) -> GeoBox {
        cell_area(self.zoom.0, self.x, self.y)
    }

    /// The tile in 8 × 8 cells.
    pub fn grid(self) -> Grid {
        let first = |place: i32| place * 8;
        Grid {
            level: self.zoom.level(),
            columns: (first(self.x)..first(self.x) + 8).collect(),
            rows: first(self.y)..=first(self.y) + 7,
        }
    }
}

impl Grid {
    /// How many cells are shown at most.
    pub const MOST: u32 = 200;

    /// The cells that a box touches: 64 pixels wide at this zoom, or twice, four times … as wide until they are at most
    /// 200. Only the size of the box on the map counts for that, not where it lies, so that moving it keeps the grid.
    pub fn covering(area: &GeoBox, zoom: Zoom) -> Self {
        let (top, bottom) = (down(area.north()), down(area.south()));
        let (width, height) = (area.width() / 360.0, bottom - top);
        let mut level = zoom.level();
        while level > 0 && most(width, level) * most(height, level) > f64::from(Self::MOST) {
            level -= 1;
        }
        let (first, last) = (cell(across(area.west()), level), cell(across(area.east()), level));
        let all = || (0..side(level)).collect();
        let columns = if !area.crosses_the_antimeridian() {
            (first..=last).collect()
        } else if last >= first {
            all()
        } else {
            (first..side(level)).chain(0..=last).collect()
        };
        Self { level, columns, rows: cell(top, level)..=cell(bottom, level) }
    }

    /// Which grid: 2 to the power of this is how many cells it has from edge to edge.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The columns, from west to east.
    pub fn columns(&self) -> &[i32] {
        &self.columns
    }

    /// The rows, from north to south.
    pub fn rows(&self) -> &RangeInclusive<i32> {
        &self.rows
    }

    /// What one of the cells shows.
    pub fn area_of(&self, x: i32, y: i32) -> GeoBox {
        cell_area(self.level, x, y)
    }

    /// All of the cells as boxes, one or two.
    pub fn areas(&self) -> Vec<GeoBox> {
        let runs = self.columns.chunk_by(|left, right| left < right);
        runs.filter_map(|run| {
            let (first, last) = (*run.first()?, *run.last()?);
            let north_west = cell_area(self.level, first, *self.rows.start());
            let south_east = cell_area(self.level, last, *self.rows.end());
            GeoBox::new(north_west.west(), south_east.south(), south_east.east(), north_west.north()).ok()
        })
        .collect()
    }
}

/// How far east a meridian lies on the map, from 0 to 1.
fn across(longitude: f64) -> f64 {
    (longitude + 180.0) / 360.0
}

/// How far down a parallel lies on the map, from 0 to 1.
fn down(latitude: f64) -> f64 {
    0.5 - latitude.clamp(-RIM, RIM).to_radians().tan().asinh() / (2.0 * PI)
}

/// The parallel that far down.
fn latitude(down: f64) -> f64 {
    (PI * (1.0 - 2.0 * down)).sinh().atan().to_degrees()
}

/// How many cells a grid has from edge to edge.
fn side(level: u8) -> i32 {
    1 << level
}

/// How many cells something of this size on the map touches at most, wherever it lies.
fn most(size: f64, level: u8) -> f64 {
    let cells = f64::from(side(level));
    // What is exactly so many cells wide must not be one wider for a rounding.
    ((size * cells - 1e-9).ceil() + 1.0).clamp(1.0, cells)
}

/// Which cell that is; the last one has its far edge too.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "there is no other way from a float to an integer; the value is whole and less than 2^25"
)]
fn cell(part: f64, level: u8) -> i32 {
    let cells = f64::from(side(level));
    (part * cells).floor().clamp(0.0, cells - 1.0) as i32
}

fn cell_area(level: u8, x: i32, y: i32) -> GeoBox {
    let cells = f64::from(side(level));
    let meridian = |column: i32| f64::from(column) / cells * 360.0 - 180.0;
    let parallel = |row: i32| match row {
        0 => 90.0,
        row if row == side(level) => -90.0,
        row => latitude(f64::from(row) / cells),
    };
    GeoBox { west: meridian(x), south: parallel(y + 1), east: meridian(x + 1), north: parallel(y) }
}

impl GeoPoint {
    /// The cell of a grid that this point lies in: column and row.
    pub fn cell(self, level: u8) -> (i32, i32) {
        (cell(across(self.longitude), level), cell(down(self.latitude), level))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zoom(zoom: i64) -> Zoom {
        Zoom::new(zoom).unwrap()
    }

    #[test]
    fn zooms_and_tiles_are_those_of_the_map() {
        assert!(Zoom::new(-1).is_err() && Zoom::new(23).is_err() && Zoom::new(i64::MAX).is_err());
        assert!(Tile::new(0, 0, 0).is_some() && Tile::new(22, 4_194_303, 0).is_some());
        for (z, x, y) in
            [(0, 1, 0), (0, 0, 1), (3, 8, 0), (3, 0, -1), (23, 0, 0), (-1, 0, 0), (4, i64::MAX, 0)]
        {
            assert_eq!(Tile::new(z, x, y), None, "{z}/{x}/{y}");
        }
    }

    #[test]
    fn a_tile_shows_what_it_shows_everywhere() {
        // Berlin, as every map server numbers it.
        let berlin = Tile::new(10, 550, 335).unwrap();
        assert!(berlin.area().contains(GeoPoint::new(52.52, 13.405).unwrap()));
        assert_eq!(GeoPoint::new(52.52, 13.405).unwrap().cell(10), (550, 335));
        assert_eq!(Tile::new(0, 0, 0).unwrap().area(), GeoBox::WORLD);
        assert_eq!(GeoPoint::new(90.0, 180.0).unwrap().cell(4), (15, 0));
        assert_eq!(GeoPoint::new(-90.0, -180.0).unwrap().cell(4), (0, 15));
        let grid = berlin.grid();
        assert_eq!((grid.level(), grid.columns().len(), grid.rows().clone().count()), (13, 8, 8));
        assert_eq!(grid.areas(), [berlin.area()]);
    }

    #[test]
    fn the_whole_world_has_few_cells_at_any_zoom() {
        for level in 0..=22 {
            let grid = Grid::covering(&GeoBox::WORLD, zoom(level));
            assert_eq!((grid.level(), grid.columns().len()), (3, 8), "{level}");
        }
    }

    #[test]
    fn a_box_over_the_antimeridian_has_columns_of_both_ends() {
        let fiji = GeoBox::new(176.0, -20.0, -178.0, -15.0).unwrap();
        let grid = Grid::covering(&fiji, zoom(4));
        assert_eq!(grid.columns(), [126, 127, 0]);
        assert_eq!(grid.areas().len(), 2);
        // Nearly around the world, so that both ends share a cell.
        let around = GeoBox::new(10.0, -1.0, 9.0, 1.0).unwrap();
        assert_eq!(Grid::covering(&around, zoom(0)).columns(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    proptest! {
        #[test]
        fn there_are_never_more_than_200_cells_and_they_cover_the_box(
            west in -180.0..=180.0f64, east in -180.0..=180.0f64, a in -90.0..=90.0f64, b in -90.0..=90.0f64,
            level in 0..=22i64, across in 0.0..=1.0f64, down in 0.0..=1.0f64,
        ) {
            let area = GeoBox::new(west, a.min(b), east, a.max(b)).unwrap();
            let grid = Grid::covering(&area, zoom(level));
            let cells = grid.columns().len() * grid.rows().clone().count();
            prop_assert!((1..=200).contains(&cells), "{cells}");
            let mut longitude = west + area.width() * across;
            if longitude > 180.0 {
                longitude -= 360.0;
            }
            let inside = GeoPoint::new(area.south() + (area.north() - area.south()) * down, longitude).unwrap();
            let (x, y) = inside.cell(grid.level());
            prop_assert!(grid.columns().contains(&x) && grid.rows().contains(&y));
            prop_assert!(grid.areas().iter().any(|area| area.contains(inside)));
        }

        #[test]
        fn moving_a_map_keeps_its_grid(
            x in 0.0..0.9f64, y in 0.1..0.8f64, moved in 0.0..0.1f64, size in 0.001..0.1f64, level in 0..=22i64,
        ) {
            let window = |x: f64, y: f64| {
                let meridian = |x: f64| x * 360.0 - 180.0;
                GeoBox::new(meridian(x), latitude(y + size), meridian(x + size), latitude(y)).unwrap()
            };
            let before = Grid::covering(&window(x, y), zoom(level));
            let after = Grid::covering(&window((x + moved).min(1.0 - size), y + moved), zoom(level));
            // A size within a rounding of a whole number of cells may fall to either side.
            let cells = size * f64::from(side(before.level()));
            let twice = cells * 2.0;
            prop_assume!((cells - cells.round()).abs() > 1e-6 && (twice - twice.round()).abs() > 1e-6);
            prop_assert_eq!(before.level(), after.level());
        }

        #[test]
        fn a_cell_contains_its_points(latitude in -90.0..=90.0f64, longitude in -180.0..180.0f64, level in 0..=25u8) {
            let point = GeoPoint::new(latitude, longitude).unwrap();
            let (x, y) = point.cell(level);
            let area = cell_area(level, x, y);
            // Within a rounding of its edges.
            let edge = 1e-9;
            prop_assert!(area.west() - edge <= longitude && longitude <= area.east() + edge);
            prop_assert!(area.south() - edge <= latitude && latitude <= area.north() + edge);
        }
    }
}
