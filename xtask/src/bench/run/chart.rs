//! The chart: for each operation a bar as long as the server's share of what the database alone does, with a mark where
//! it should reach. Drawn as SVG with system fonts, in colours that can be told apart on light and dark.

use std::fmt::Write as _;

use super::report::Report;

const WIDTH: u32 = 760;
const LEFT: u32 = 150;
const BAR: u32 = 430;
const ROW: u32 = 30;
const TOP: u32 = 56;

/// The chart as a document.
pub(super) fn svg(report: &Report) -> String {
    let rows: Vec<_> = report.measured.iter().filter(|measured| measured.endpoint.target.is_some()).collect();
    let count = u32::try_from(rows.len()).unwrap_or_default();
    let height = TOP + count * ROW + 40;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <title>Share of the database's own limit, scale {scale}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">Requests a second, as a share of what \
         the database alone does (scale {scale})</text>\n",
        scale = report.scale,
    );
    for tenths in [0, 25, 50, 75, 100] {
        let x = LEFT + BAR * tenths / 100;
        let bottom = TOP + count * ROW;
        let _ = writeln!(
            text,
            "<line x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{bottom}\" stroke=\"#d0d7de\"/>\
             <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#59636e\">{tenths} %</text>",
            bottom + 18,
        );
    }
    for (measured, place) in rows.iter().zip(0..) {
        let top = TOP + place * ROW;
        let (share, goal) = (measured.share(), measured.endpoint.target.unwrap_or_default());
        let reached = share >= goal;
        let colour = if reached { "#2da44e" } else { "#bf8700" };
        let (length, mark) = (f64::from(BAR) * share.min(1.05), f64::from(LEFT) + f64::from(BAR) * goal);
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#1f2328\">{}</text>\
             <rect x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" height=\"18\" rx=\"3\" fill=\"{colour}\"/>\
             <line x1=\"{mark:.1}\" y1=\"{}\" x2=\"{mark:.1}\" y2=\"{}\" stroke=\"#1f2328\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"#1f2328\">{:.0} % · {:.0}/s</text>",
            LEFT - 10,
            top + 20,
            measured.endpoint.name,
            top + 6,
            top + 3,
            top + 27,
            LEFT + BAR + 32,
            top + 20,
            share * 100.0,
            measured.of_server(|run| run.per_second),
        );
    }
    text.push_str("</svg>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::report;
    use super::*;

    #[test]
    fn each_operation_with_a_goal_has_a_bar_and_a_mark() {
        let text = svg(&report());
        assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"));
        assert_eq!(text.matches("rx=\"3\"").count(), 10);
        assert_eq!(text.matches("stroke-width=\"2\"").count(), 10);
        assert!(text.contains("50 % · 200/s"));
    }
}
