//! Drawings as text: shapes, and axes with ticks.

use std::fmt::Write;

/// Text for use between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Where text begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing of a fixed size in units that a browser scales to the page. Coordinates have one decimal.
pub(super) struct Svg {
    body: String,
    id: String,
    title: String,
    description: String,
    width: f64,
    height: f64,
}

impl Svg {
    /// `title` names the drawing, `description` says what it shows to who cannot see it.
    pub(super) fn new(id: &str, title: &str, description: &str, width: f64, height: f64) -> Svg {
        Svg {
            body: String::new(),
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            width,
            height,
        }
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.push(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    pub(super) fn rect(&mut self, class: &str, place: (f64, f64), size: (f64, f64)) {
        self.shaded(class, place, size, 1.0);
    }

    /// A rectangle whose fill shows with an opacity of 0 to 1.
    pub(super) fn shaded(&mut self, class: &str, place: (f64, f64), size: (f64, f64), shade: f64) {
        let opacity = if shade < 1.0 {
            format!(" fill-opacity=\"{shade:.2}\"")
        } else {
            String::new()
        };
        self.push(format_args!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"{opacity}/>",
            place.0,
            place.1,
            size.0.max(0.0),
            size.1.max(0.0)
        ));
    }

    pub(super) fn circle(&mut self, class: &str, centre: (f64, f64), radius: f64) {
        self.push(format_args!(
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\"/>",
            centre.0, centre.1
        ));
    }

    pub(super) fn text(&mut self, class: &str, place: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            place.0,
            place.1,
            escape(text)
        ));
    }

    /// Text upwards along the left edge.
    pub(super) fn text_upwards(&mut self, place: (f64, f64), text: &str) {
        self.push(format_args!(
            "<text class=\"label\" transform=\"translate({:.1} {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            place.0,
            place.1,
            escape(text)
        ));
    }

    fn push(&mut self, shape: std::fmt::Arguments<'_>) {
        self.body.push_str("\n  ");
        self.body
            .write_fmt(shape)
            .expect("writing to a string does not fail");
    }

    pub(super) fn finish(self) -> String {
        let Svg {
            body,
            id,
            title,
            description,
            width,
            height,
        } = self;
        format!(
            "<svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n  \
             <title id=\"{id}-title\">{}</title>\n  <desc id=\"{id}-desc\">{}</desc>{body}\n</svg>\n",
            escape(&title),
            escape(&description)
        )
    }
}

/// Numbers to places, in a straight line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// `low..high` to `from..to`; what is outside ends at the edge.
    pub(super) fn new(low: f64, high: f64, from: f64, to: f64) -> Scale {
        Scale {
            low,
            high,
            from,
            to,
        }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        if share.is_nan() {
            return self.from;
        }
        self.from + share * (self.to - self.from)
    }

    /// Round numbers within the scale, some `count` of them.
    pub(super) fn ticks(&self, count: u32) -> Vec<f64> {
        let step = round_step((self.high - self.low) / f64::from(count.max(1)));
        if !(step > 0.0 && step.is_finite()) {
            return vec![self.low];
        }
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|number| number as f64 * step).collect()
    }
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    if !(step > 0.0 && step.is_finite()) {
        return 0.0;
    }
    let mut power = 1.0;
    while power * 10.0 <= step {
        power *= 10.0;
    }
    while power > step {
        power /= 10.0;
    }
    for factor in [1.0, 2.0, 5.0] {
        if factor * power >= step * (1.0 - 1e-9) {
            return factor * power;
        }
    }
    10.0 * power
}

#[cfg(test)]
#[path = "svg_tests.rs"]
mod tests;
