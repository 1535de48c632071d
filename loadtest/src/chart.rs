//! Charts as SVG, drawn into the page: nothing is loaded from anywhere.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 28.0;
const TOP: f64 = 24.0;
const COLOURS: [&str; 3] = ["#1f5fa8", "#c2571a", "#7a7a7a"];

/// A line of a chart: name, and points of seconds and value.
pub(crate) type Line = (&'static str, Vec<(f64, f64)>);

/// Lines over the time.
pub(crate) fn lines(title: &str, unit: &str, lines: &[Line]) -> String {
    let points = lines.iter().flat_map(|(_, points)| points);
    let end = points.clone().map(|(at, _)| *at).fold(0.0, f64::max);
    let most = points.map(|(_, value)| *value).fold(0.0, f64::max);
    if end <= 0.0 {
        return String::new();
    }
    let top = round_up(most);
    let mut out = begin(title);
    let x = |at: f64| LEFT + at / end * (WIDTH - LEFT - 12.0);
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP);
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (value, at) = (top * part, end * part);
        let _infallible = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{level:.1}\" y2=\"{level:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{} s</text>",
            WIDTH - 12.0,
            LEFT - 6.0,
            y(value) + 4.0,
            short(value),
            x(at),
            HEIGHT - 8.0,
            short(at),
            level = y(value),
        );
    }
    for (number, ((name, points), colour)) in lines.iter().zip(COLOURS).enumerate() {
        let path: Vec<_> = points
            .iter()
            .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
            .collect();
        let at = LEFT + 8.0 + 90.0 * f64::from(u8::try_from(number).unwrap_or(0));
        let _infallible = write!(
            out,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>\
             <text x=\"{at}\" y=\"14\" fill=\"{colour}\">{name}</text>",
            path.join(" ")
        );
    }
    let _infallible = write!(out, "<text x=\"8\" y=\"14\">{unit}</text></svg></figure>");
    out
}

/// A bar for each name.
pub(crate) fn bars(title: &str, rows: &[(String, f64)]) -> String {
    let most = rows.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    if most <= 0.0 {
        return String::new();
    }
    let mut out = begin(title);
    for (number, (name, value)) in rows.iter().enumerate() {
        let y = 24.0 * f64::from(u8::try_from(number).unwrap_or(0)) + 8.0;
        let length = value / most * (WIDTH - 240.0);
        let _infallible = write!(
            out,
            "<text x=\"110\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect x=\"118\" y=\"{y}\" width=\"{length:.1}\" height=\"16\" fill=\"{}\"/>\
             <text x=\"{:.1}\" y=\"{}\">{value:.0}</text>",
            y + 13.0,
            escaped(name),
            COLOURS[0],
            124.0 + length,
            y + 13.0,
        );
    }
    out.push_str("</svg></figure>");
    out
}

fn begin(title: &str) -> String {
    format!(
        "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" role=\"img\">",
        escaped(title)
    )
}

/// The next number above that is easy to read, so that the highest point is below the edge.
fn round_up(most: f64) -> f64 {
    let mut unit = 0.001;
    while unit * 10.0 < most {
        unit *= 10.0;
    }
    let fits = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    let fit = fits.iter().find(|fit| unit * **fit >= most);
    unit * fit.unwrap_or(&10.0)
}

fn short(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

/// Text in a page.
pub(crate) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_easy_to_read_and_high_enough() {
        for (most, top) in [
            (0.7, 0.8),
            (4.1, 6.0),
            (10.0, 10.0),
            (99.0, 100.0),
            (501.0, 600.0),
        ] {
            assert!(
                (round_up(most) - top).abs() < 1e-6,
                "{most}: {}",
                round_up(most)
            );
        }
    }

    #[test]
    fn points_lie_within_the_picture() {
        let drawn = lines("<t>", "ms", &[("p50", vec![(0.0, 1.0), (60.0, 9.0)])]);
        assert!(drawn.contains("&lt;t&gt;") && drawn.ends_with("</svg></figure>"));
        assert!(
            drawn.contains("points=\"64.0,175.2 748.0,40.8\""),
            "{drawn}"
        );
        assert!(lines("t", "ms", &[("p50", Vec::new())]).is_empty());
        assert!(bars("ends", &[("a".to_owned(), 3.0)]).contains("width=\"520.0\""));
    }
}
