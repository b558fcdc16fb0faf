"""The Typst side of the PDF: functions that draw one kind of block each, from values set before them.

`source.py` writes `#let look = (…)` and the like first, then this text, then calls of these functions; no function here
holds a word that prints.
"""

from __future__ import annotations

from pipeline.render.pdf.chart import CHART
from pipeline.render.pdf.opening import OPENING

BLOCKS = r"""
#let side = if rtl { "right" } else { "left" }
#let far = if rtl { "left" } else { "right" }
// Prose keeps to a line of 60 to 75 characters; what the paper has beyond that stays white.
#let spare = calc.max(0pt, paper.width - paper.left - paper.right - column - measure-line * looks.body.size)
#let ink = rgb("#1a1a1a")
#let quiet = rgb("#555555")
#let hair = rgb("#b8bcc2")
// A word on a tint takes whichever of dark and white stands out more.
#let luma-of(colour) = float(luma(colour).components().first() / 100%)
#let on(colour) = if luma-of(colour) < 0.55 { white } else { ink }

// Every line box is one em high: the distance of lines then rests on the template, not on the fallback typeface.
#let dress(look, body, ..over) = {
  set text(
    size: look.size, fill: look.fill, weight: look.weight, style: look.style, tracking: look.tracking, ..over,
  )
  set par(leading: look.leading)
  if look.capitals { upper(body) } else { body }
}
#let paragraph(body, justify: looks.body.justify, ..rest) = par(justify: justify, ..rest, body)

#set document(title: facts.title, author: facts.author, description: facts.description, date: facts.date)
#set text(
  font: families, size: looks.body.size, fill: looks.body.fill, lang: facts.lang, region: facts.region,
  dir: if rtl { direction.rtl } else { direction.ltr }, hyphenate: looks.body.justify,
  top-edge: 0.8em, bottom-edge: -0.2em, number-width: "proportional", fallback: true,
)
// Amiri draws stops and figures that stand alone as Arabic ones, unless it is told that they are Latin.
#set text(script: "latn") if latin-amiri
#show: whole => if latin-amiri {
  show regex("\p{Arabic}[\p{Arabic}\s]*"): set text(script: "arab")
  whole
} else { whole }
#set par(leading: looks.body.leading, spacing: looks.body.gap, justify: looks.body.justify)
#show emph: set text(style: "normal", weight: "semibold") if upright
#set footnote.entry(
  separator: line(length: 48pt, stroke: 0.5pt + quiet), clearance: 8pt, gap: 3pt, indent: 0pt,
)
#show footnote.entry: it => dress(looks.footnote, par(justify: false, hanging-indent: 16pt, {
  box(width: 16pt, link(it.note.location(), super((it.note.numbering)(0))) + "\u{a0}")
  it.note.body
}))
#set table(stroke: none, inset: (x: 5pt, y: 4.5pt))
#set figure(gap: 6pt)
#set figure.caption(position: top)
#show figure.where(kind: "chart"): set figure.caption(position: bottom)
#show figure: set block(breakable: true, above: 14pt, below: 14pt)
#show figure.caption: it => block(width: 100%, sticky: true, {
  set align(start)
  dress(looks.caption, it.body)
})

// ---- pages ----
#let marked = if facts.marking == "" { none } else { dress(looks.marking, text(hyphenate: false, facts.marking)) }
#let running(look, ..edge, first, second) = dress(look, {
  set text(hyphenate: false)
  set par(leading: 0.3em, justify: false)
  block(width: 100%, ..edge, grid(columns: (1fr, auto), column-gutter: 16pt, align: (start, end), first, second))
})
#let running-head = running(looks.header, inset: (bottom: 5pt), stroke: (bottom: 0.6pt + accent), facts.title, marked)
#let running-foot = running(looks.footer, inset: (top: 5pt), stroke: (top: 0.4pt + hair), facts.footing, context [
  #words.page #counter(page).display("1") #words.of #counter(page).final().first()
])
#set page(
  width: paper.width, height: paper.height,
  margin: (top: paper.top, bottom: paper.bottom, left: paper.left, right: paper.right),
  header: running-head, footer: running-foot, numbering: "1",
)

// ---- headings ----
#show heading: set text(hyphenate: false)
#show heading: set par(justify: false)
#let numeral(it) = if it.numbering == none { none } else { (it.numbering)(0) }
#let headed(it, look, label, wide, above, below) = {
  set block(sticky: true)
  // Without a number a lesser heading stands with the text, a chapter at the edge.
  let at = if label == none and it.level > 1 { column } else { 0pt }
  block(width: 100%, above: above, below: below, inset: ((side): at), breakable: false, dress(look, {
    if label == none { it.body } else if wide and it.level > 1 {
      // A number wider than its column runs into the title, as Word sets it.
      text(fill: accent, label)
      h(0.8em)
      it.body
    } else if wide {
      text(size: calc.max(0.72 * look.size, looks.body.size), fill: accent, weight: "semibold", label)
      linebreak()
      it.body
    } else {
      grid(columns: (calc.max(column, measure(label).width + 10pt), 1fr), text(fill: accent, label), it.body)
    }
  }))
}
#show heading.where(level: 1): it => context {
  let label = numeral(it)
  if compact {
    let look = (..looks.h1, size: calc.min(looks.h1.size, 1.12 * looks.h2.size))
    block(above: looks.h2.before, below: 5pt, sticky: true, line(length: 100%, stroke: 1pt + accent))
    headed(it, look, label, false, 0pt, looks.h2.after)
  } else {
    let wide = label != none and measure(dress(looks.h1, label)).width > 1.6 * column
    if looks.h1.above > 0pt {
      block(above: looks.h1.before, below: 14pt, sticky: true, line(length: 100%, stroke: looks.h1.above + accent))
      headed(it, looks.h1, label, wide, 0pt, looks.h1.after)
    } else {
      headed(it, looks.h1, label, wide, looks.h1.before, 9pt)
      let weight = calc.max(looks.h1.below, 0.8pt)
      block(above: 0pt, below: looks.h1.after, sticky: true, line(length: 100%, stroke: weight + accent))
    }
  }
}
#show heading.where(level: 2): it => context {
  let label = numeral(it)
  let wide = label != none and measure(dress(looks.h2, label)).width > column - 4pt
  if it.supplement == [group] {
    // A heading without number gathers the clauses under it, so it stands a little above theirs.
    let group = (..looks.h2, size: 1.14 * looks.h2.size)
    return block(
      width: 100%, above: 1.3 * looks.h2.before, below: looks.h2.after + 2pt, sticky: true,
      stroke: (bottom: 0.6pt + hair), inset: ((side): column, bottom: 4pt), dress(group, it.body),
    )
  }
  headed(it, looks.h2, label, wide, looks.h2.before, looks.h2.after)
}
#show heading.where(level: 3): it => context {
  let label = numeral(it)
  let wide = label != none and measure(dress(looks.h3, label)).width > column - 4pt
  headed(it, looks.h3, label, wide, looks.h3.before, looks.h3.after)
}

// ---- inline ----
#let xr(target, body) = link(target, text(fill: accent, body))
#let ext(url, body) = link(url, underline(offset: 2pt, stroke: 0.5pt, text(fill: accent, body)))
#let fn(number, body) = footnote(numbering: (..n) => number, body)
#let choice(body) = highlight(fill: accent.lighten(86%), extent: 1pt, text(weight: "semibold", body))
#let slant = if upright { "normal" } else { "italic" }
#let counsel(body) = highlight(fill: rgb("#ececec"), extent: 1pt, text(style: slant, body))
#let open(body) = underline(offset: 2.5pt, stroke: (paint: accent, thickness: 1pt, dash: "dotted"), body)

// ---- paragraphs ----
#let room(at) = ((side): at, (far): if at == 0pt { 0pt } else { spare })
#let held(at, body, above: auto, below: auto, sticky: false) = block(
  width: 100%, inset: room(at), above: above, below: below, sticky: sticky, body,
)
#let body(at: column, sticky: false, it) = held(at, sticky: sticky, paragraph(it))
#let lead(at: column, sticky: false, it) = held(
  at, sticky: sticky, below: looks.lead.gap, dress(looks.lead, paragraph(it, justify: false)),
)
#let numbered(label, at: column, wide: false, sticky: false, it) = {
  let mark = text(fill: quiet, label)
  if wide { held(at, sticky: sticky, paragraph[#mark#h(0.8em)#it]) } else {
    block(
      width: 100%, inset: ((far): spare), sticky: sticky,
      paragraph(hanging-indent: column)[#box(width: column)[#mark~]#it],
    )
  }
}
#let marks(labels) = (..n) => {
  let label = [#labels.at(n.pos().last() - 1)~]
  // Never narrower than the label, so that a long one pushes its text and does not run into it.
  context box(width: calc.max(22pt * scale, measure(label).width + 3pt), label)
}
#let points(at: column, labels, ..items) = held(at, above: looks.point.gap, below: looks.body.gap, enum(
  tight: false, indent: 0pt, body-indent: 0pt, spacing: looks.point.gap, number-align: start + top,
  numbering: marks(labels), ..items,
))
#let subpoints(labels, ..items) = enum(
  tight: false, indent: 0pt, body-indent: 0pt, spacing: looks.point.gap, number-align: start + top,
  numbering: marks(labels), ..items,
)
#let bullets(at: column, ..items) = held(at, list(
  tight: false, indent: 0pt, body-indent: 10pt, spacing: looks.point.gap,
  marker: text(fill: accent, sym.bullet), ..items,
))
#let concerns(at: column, sticky: false, it) = held(at, sticky: sticky, above: 6pt, below: looks.body.gap, {
  let rule = looks.concerns.beside
  block(
    width: 100%, stroke: if rule > 0pt { ((side): rule + tables.rule) },
    inset: if rule > 0pt { ((side): 7pt, y: 1pt) } else { 0pt },
    dress(looks.concerns, paragraph(it, justify: false)),
  )
})
#let small(at: column, sticky: false, it) = held(at, sticky: sticky, dress(looks.small, paragraph(it, justify: false)))

// ---- boxes ----
#let undecided = ("choice", "counsel")
#let callout(kind, title, it) = block(width: 100%, inset: room(column), above: 12pt, below: 13pt, {
  let (rule, fill) = boxes.at(kind)
  let line = if kind in undecided { (paint: rule, thickness: 2.2pt, dash: (4pt, 2pt)) } else { 2.6pt + rule }
  block(
    width: 100%, breakable: true, fill: fill, stroke: ((side): line),
    inset: ((side): 11pt, (far): 10pt, top: 7pt, bottom: 8pt), dress(looks.boxed, {
      set par(justify: false, spacing: 0.35em + looks.boxed.gap)
      if title != "" { block(sticky: true, below: 0.55em, dress(looks.box-title, par(title))) }
      it
    }),
  )
})

// ---- tables ----
#let cell(shade: "", heads: false, solid: true, breaks: false, it) = {
  let fill = if shade == "" { none } else { tables.shades.at(shade) }
  let paint = if fill == none { looks.cell.fill } else { on(fill) }
  let weight = if heads or paint == white { "semibold" } else { "regular" }
  let place = if shade == "" { start } else { center }
  table.cell(
    fill: fill, align: place + top, breakable: not solid,
    text(fill: paint, weight: weight, hyphenate: breaks, it),
  )
}
#let titled(caption, body) = if caption == "" { block(above: 12pt, below: 14pt, body) } else {
  figure(kind: table, supplement: none, numbering: none, caption: caption, body)
}
#let grid-table(caption, shares, heads, matrix: false, ..cells) = {
  set text(size: looks.cell.size, hyphenate: false)
  set par(leading: looks.cell.leading, spacing: 5pt, justify: false)
  titled(caption, table(
    columns: shares.map(s => s * 1fr),
    align: (x, y) => if y > 0 { start + top } else if matrix and x > 0 { center + bottom } else { start + bottom },
    stroke: (x, y) => (
      top: if y == 0 { 1.2pt + tables.edge } else if y == 1 { 0.8pt + tables.edge } else { 0.4pt + tables.rule },
      bottom: 0.4pt + tables.rule,
      left: if matrix and x > 0 { 0.8pt + white }, right: none,
    ),
    fill: (x, y) => if y == 0 { tables.head },
    table.header(..heads.map(h => text(weight: "bold", fill: looks.head.fill, hyphenate: false, h))),
    ..cells,
    table.hline(stroke: 1pt + tables.edge),
  ))
}
#let key-table(caption, shares, ..rows) = {
  set text(size: looks.cell.size, fill: looks.cell.fill)
  set par(leading: looks.cell.leading, spacing: 5pt, justify: false)
  titled(caption, {
    set align(start)
    line(length: 100%, stroke: 1.2pt + tables.edge)
    v(0pt, weak: true)
    for (label, value) in rows.pos() {
      block(above: 0pt, below: 0pt, width: 100%, breakable: false, stroke: (bottom: 0.4pt + tables.rule), grid(
        columns: shares.map(s => s * 1fr), inset: (x: 5pt, y: 4.5pt), fill: (x, y) => if x == 0 { tables.head },
        text(weight: "bold", fill: looks.head.fill, label), value,
      ))
    }
  })
}

"""
"""Typst code; expects the values that `source.py` writes before it."""

PREAMBLE = BLOCKS + CHART + OPENING
