"""The pages before the text in Typst: cover or masthead, and the contents."""

from __future__ import annotations

OPENING = r"""
// ---- opening pages ----
// A title keeps its words whole and stands on four lines at most: it shrinks until it does, and its lines are evened.
#let fitted(look, floor) = layout(size => {
  let at(s) = {
    show title: set text(size: s, weight: look.weight, fill: look.fill, hyphenate: false)
    show title: set par(leading: 0.22em, justify: false)
    title(facts.title)
  }
  let tall(s, width) = measure(width: width, at(s)).height
  let longest(s) = calc.max(..facts.title.split(" ").map(w => measure(text(size: s, weight: look.weight, w)).width))
  let steps = range(0, 9).map(i => look.size - i * (look.size - floor) / 8)
  let fit = steps.find(s => tall(s, size.width) <= 4.8 * s and longest(s) <= size.width)
  let chosen = if fit == none { floor } else { fit }
  let widths = range(50, 101, step: 5).map(share => share * 1% * size.width)
  let even = widths.find(w => longest(chosen) <= w and tall(chosen, w) <= tall(chosen, size.width) + 1pt)
  block(width: if even == none { 100% } else { even }, breakable: false, at(chosen))
})
#show title: it => it.body
#let plain(look, body) = dress(look, {
  set text(hyphenate: false)
  set par(leading: 0.35em, justify: false)
  par(body)
})
#let standing = {
  set block(spacing: 5pt)
  if facts.status != "" { block(text(weight: "semibold", plain(looks.status, facts.status))) }
  if facts.law-date != "" { block(plain(looks.date, facts.law-date)) }
}
#let letterhead = {
  set block(spacing: 7pt)
  if emblem != none { block(below: 10pt, emblem) }
  block(plain(looks.state, facts.state))
  if facts.issuer != "" { block(plain(looks.issuer, facts.issuer)) }
}
#let notices = {
  if facts.audience != "" {
    block(width: 100%, inset: (x: 10pt, y: 7pt), stroke: 0.8pt + accent, below: 8pt, plain(
      (..looks.notice, weight: "semibold", fill: ink), facts.audience,
    ))
  }
  if facts.notice != "" {
    block(width: 100%, inset: (x: 10pt, y: 7pt), fill: rgb("#f1f1ef"), plain((..looks.notice, fill: ink), facts.notice))
  }
}
#let banner = align(if centred { center } else { end }, marked)
#let scale-y(body) = rotate(180deg, body)
#let double-rule = block(width: 62%, above: 0pt, below: 0pt, {
  line(length: 100%, stroke: 2.2pt + accent)
  v(2.6pt, weak: true)
  line(length: 100%, stroke: 0.6pt + accent)
})
#let named(look, floor) = {
  fitted(look, floor)
  if facts.subtitle != "" { block(above: 13pt, width: 90%, plain(looks.subtitle, facts.subtitle)) }
}
#let band = place((if rtl { right } else { left }) + top, rect(width: 26pt, height: 100%, fill: accent, stroke: none))
#let cover() = page(
  header: banner, footer: align(if centred { center } else { start }, marked), numbering: none,
  background: if centred { none } else { band }, {
    set align(if centred { center } else { start })
    v(4pt)
    letterhead
    v(2fr)
    if centred {
      double-rule
      v(20pt)
    } else {
      rect(width: 64pt, height: 4.5pt, fill: accent, stroke: none)
      v(14pt, weak: true)
    }
    named(looks.title, 20pt)
    if centred { v(20pt); scale-y(double-rule) }
    v(26pt, weak: true)
    standing
    v(3fr)
    notices
  },
)
// A brief has two pages: its masthead is a letterhead, and says in one line what other documents have a table for.
#let masthead() = {
  let names = {
    set block(spacing: 4pt)
    block(plain(looks.state, facts.state))
    if facts.issuer != "" { block(plain(looks.issuer, facts.issuer)) }
  }
  set align(if centred { center } else { start })
  if emblem == none or centred {
    if emblem != none { block(below: 6pt, emblem) }
    names
  } else {
    grid(columns: (auto, 1fr), column-gutter: 11pt, align: start + horizon, emblem, names)
  }
  block(above: 8pt, below: 12pt, line(length: 100%, stroke: 2pt + accent))
  fitted((..looks.title, size: calc.min(looks.title.size, 22pt)), 15pt)
  if facts.subtitle != "" { block(above: 7pt, below: 0pt, plain(looks.subtitle, facts.subtitle)) }
  let standing = (facts.status, facts.law-date).filter(said => said != "").join(" · ", default: "")
  if standing != "" { block(above: 7pt, below: 0pt, plain(looks.status, standing)) }
  let strip(..look, said) = if said != "" {
    block(width: 100%, above: 7pt, below: 0pt, inset: (x: 8pt, y: 4.5pt), ..look, plain(
      (..looks.notice, fill: ink), said,
    ))
  }
  strip(stroke: 0.8pt + accent, facts.audience)
  strip(fill: rgb("#f1f1ef"), facts.notice)
}
// Numbers of a level share one column, as wide as the widest of them; each level's begins under the words of the last.
#let contents(depth) = {
  heading(level: 1, outlined: false, bookmarked: true, words.contents)
  set par(leading: 0.35em, justify: false)
  set text(hyphenate: false)
  let look(level) = if level == 1 { looks.toc1 } else { looks.toc2 }
  let worded(level, it) = text(size: look(level).size, weight: look(level).weight, fill: look(level).fill, it)
  context {
    let listed = query(heading.where(outlined: true)).filter(it => it.level <= depth)
    let widths = range(1, depth + 1).map(level => {
      let labels = listed.filter(it => it.level == level and it.numbering != none)
      let widest = calc.max(0pt, ..labels.map(it => measure(worded(level, numeral(it))).width))
      if widest == 0pt { 0pt } else { widest + 0.8 * look(level).size }
    })
    let start(level) = if level == 1 { 0pt } else { calc.max(12pt * (level - 1), widths.slice(0, level - 1).sum()) }
    show outline.entry: it => {
      let (level, label) = (it.level, numeral(it.element))
      let room = if label == none { 0pt } else { widths.at(level - 1) }
      block(
        above: if level == 1 { calc.max(looks.toc1.before, 5pt) + 2pt } else { 3pt }, below: 0pt, width: 100%,
        inset: ((side): start(level)), sticky: level == 1,
        link(it.element.location(), par(hanging-indent: room, worded(level, {
          if label != none { box(width: room, [#label~]) }
          it.body()
          [ ]
          box(width: 1fr, text(fill: hair, weight: "regular", repeat(gap: 3pt)[.]))
          [ ]
          it.page()
        }))),
      )
    }
    outline(title: none, depth: depth, indent: 0pt)
  }
}
"""
