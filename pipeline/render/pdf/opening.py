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
#let masthead() = {
  letterhead
  v(8pt, weak: true)
  line(length: 100%, stroke: 2.4pt + accent)
  v(12pt, weak: true)
  named((..looks.title, size: calc.min(looks.title.size, 22pt)), 15pt)
  block(above: 10pt, below: 9pt, standing)
  notices
  v(6pt)
}
#let contents(depth) = {
  heading(level: 1, outlined: false, bookmarked: true, words.contents)
  set par(leading: 0.35em, justify: false)
  set text(hyphenate: false)
  show outline.entry: it => {
    let first = it.level == 1
    let label = if it.element.numbering == none { none } else { (it.element.numbering)(0) }
    let wide = label != none and measure(text(size: looks.toc1.size, weight: "bold", label)).width > column - 4pt
    let words = if label == none { it.body() } else if wide { [#label#h(0.8em)#it.body()] } else {
      [#box(width: column)[#label~]#it.body()]
    }
    let at = if first or (label != none and not wide) { 0pt } else { column }
    block(
      above: if first { calc.max(looks.toc1.before, 5pt) + 2pt } else { 3pt }, below: 0pt, width: 100%,
      inset: ((side): at), sticky: first,
      link(it.element.location(), par(hanging-indent: if label == none or wide { 0pt } else { column }, {
        let look = if first { looks.toc1 } else { looks.toc2 }
        set text(size: look.size, weight: look.weight, fill: look.fill)
        words
        [ ]
        box(width: 1fr, text(fill: hair, weight: "regular", repeat(gap: 3pt)[.]))
        [ ]
        it.page()
      })),
    )
  }
  outline(title: none, depth: depth, indent: 0pt)
}
"""
