//! A bar chart as SVG: for each network, the time of `vectcut` against that of `curl`.

use std::fmt::Write as _;

/// One network.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) seconds: f64,
    pub(crate) curl_seconds: f64,
}

const WIDTH: f64 = 760.0;
const ROW_HEIGHT: f64 = 34.0;
const TOP: f64 = 46.0;
/// Where bars begin, and where one as long as curl's ends.
const LEFT: f64 = 330.0;
const CURL: f64 = 600.0;
/// Longer bars are cut.
const RATIO_MAX: f64 = 1.4;

/// Returns the chart. Its colors suit the reader's light or dark background.
pub(crate) fn svg(bars: &[Bar]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few bars")]
    let height = TOP + bars.len() as f64 * ROW_HEIGHT + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"14\">\n\
         <title>Upload time of vectcut against curl -T</title>\n<style>\n{STYLE}</style>\n\
         <text x=\"{LEFT}\" y=\"24\" class=\"muted\">time, all three steps; the line is curl -T, one PUT</text>\n"
    );
    let mut y = TOP;
    for bar in bars {
        let ratio = bar.seconds / bar.curl_seconds;
        let end = LEFT + (CURL - LEFT) * ratio.min(RATIO_MAX);
        let length = end - LEFT;
        let (baseline, name) = (y + 16.0, escaped(&bar.name));
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{baseline}\" text-anchor=\"end\">{name}</text>\n\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"22\" rx=\"3\" class=\"bar\"/>\n\
             <text x=\"{:.1}\" y=\"{baseline}\">{:.2} s, × {ratio:.2}</text>\n",
            LEFT - 12.0,
            end.max(CURL) + 10.0,
            bar.seconds,
        );
        y += ROW_HEIGHT;
    }
    let (from, to) = (TOP - 8.0, height - 10.0);
    let _ = writeln!(
        svg,
        "<line x1=\"{CURL}\" x2=\"{CURL}\" y1=\"{from}\" y2=\"{to}\" class=\"curl\"/>\n</svg>"
    );
    svg
}

const STYLE: &str = "\
text { fill: #1f2328 }
.muted { fill: #59636e }
.bar { fill: #0969da }
.curl { stroke: #59636e; stroke-width: 2; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.muted { fill: #9198a1 }
.bar { fill: #4493f8 }
.curl { stroke: #9198a1 }
}
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_ratio() {
        let bar = |seconds| Bar {
            name: "a < b".to_owned(),
            seconds,
            curl_seconds: 4.0,
        };
        let svg = svg(&[bar(2.0), bar(400.0)]);
        assert!(svg.contains("width=\"135.0\""), "half of curl's: {svg}");
        assert!(svg.contains("width=\"378.0\""), "cut: {svg}");
        assert!(svg.contains("a &lt; b") && svg.contains("2.00 s, × 0.50"));
    }
}
