"""The radar chart in Typst: drawn in lines and real text, so that it needs no picture and no other program."""

from __future__ import annotations

CHART = r"""
// ---- chart ----
#let spider(axes, series, peak) = {
  let n = axes.len()
  let radius = chart-height / 2 - 38pt
  let reach = chart-height / 2
  let at(i, value) = {
    let angle = 90deg - i * 360deg / n
    (reach + radius * (value / peak) * calc.cos(angle), reach - radius * (value / peak) * calc.sin(angle))
  }
  let shapes = (
    (stroke: 1.8pt + accent, fill: accent, dot: "circle"),
    (stroke: (paint: ink, thickness: 1.2pt, dash: "dashed"), fill: ink, dot: "square"),
    (stroke: (paint: quiet, thickness: 1.2pt, dash: "dotted"), fill: quiet, dot: "triangle"),
    (stroke: (paint: accent.lighten(30%), thickness: 1.2pt, dash: "dash-dotted"), fill: white, dot: "circle"),
  )
  let dot(shape) = {
    if shape.dot == "circle" { circle(radius: 2.6pt, fill: shape.fill, stroke: 0.8pt + stroke(shape.stroke).paint) }
    else if shape.dot == "square" { square(size: 4.8pt, fill: shape.fill) }
    else { polygon.regular(size: 5.6pt, vertices: 3, fill: shape.fill) }
  }
  let drawing = box(width: 2 * reach, height: 2 * reach, {
    for ring in range(1, peak + 1) {
      let weight = if ring == peak { 0.8pt } else { 0.4pt }
      place(top + left, polygon(stroke: weight + hair, ..range(n).map(i => at(i, ring))))
    }
    for i in range(n) { place(top + left, line(start: at(i, 0), end: at(i, peak), stroke: 0.4pt + hair)) }
    for (k, one) in series.enumerate() {
      let shape = shapes.at(calc.rem(k, shapes.len()))
      for i in range(n) {
        let next = calc.rem(i + 1, n)
        let (a, b) = (one.values.at(i), one.values.at(next))
        if a != none and b != none { place(top + left, line(start: at(i, a), end: at(next, b), stroke: shape.stroke)) }
      }
      for i in range(n) {
        let value = one.values.at(i)
        if value != none {
          let (x, y) = at(i, value)
          place(top + left, dx: x - 2.6pt, dy: y - 2.6pt, dot(shape))
        }
      }
    }
    for ring in range(1, peak + 1) {
      let (x, y) = at(0, ring)
      place(top + left, dx: x + 3pt, dy: y - 4pt, text(size: 6.5pt, fill: quiet, str(ring)))
    }
    for i in range(n) {
      let angle = 90deg - i * 360deg / n
      let (x, y) = (reach + (radius + 9pt) * calc.cos(angle), reach - (radius + 9pt) * calc.sin(angle))
      let c = calc.cos(angle)
      let wide = 92pt
      let shift = if calc.abs(c) < 0.2 { -wide / 2 } else if c > 0 { 0pt } else { -wide }
      let where = if calc.abs(c) < 0.2 { center } else if c > 0 { left } else { right }
      let label = box(width: wide, {
        set par(leading: 0.15em, justify: false)
        set text(size: 8pt * scale, hyphenate: true)
        align(where, axes.at(i))
      })
      context {
        let tall = measure(label).height
        let lift = if calc.sin(angle) > 0.8 { -tall } else if calc.sin(angle) < -0.8 { 0pt } else { -tall / 2 }
        place(top + left, dx: x + shift, dy: y + lift, label)
      }
    }
  })
  let legend = {
    set text(size: 8.5pt * scale)
    for (k, one) in series.enumerate() {
      let shape = shapes.at(calc.rem(k, shapes.len()))
      box(baseline: -2pt, width: 26pt, height: 5pt, {
        place(horizon + left, line(length: 22pt, stroke: shape.stroke))
        place(horizon + left, dx: 8.5pt, dot(shape))
      })
      [#one.name#h(16pt)]
    }
  }
  align(center, { set text(dir: direction.ltr); drawing; v(4pt, weak: true); par(justify: false, legend) })
}
#let radar(caption, alt, ..chart) = block(breakable: false, width: 100%, figure(
  kind: "chart", supplement: none, numbering: none, caption: if caption == "" { none } else { caption }, alt: alt,
  spider(..chart),
))

"""
