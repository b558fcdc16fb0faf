"""Selection and outline in, a numbered and worded `Draft` out: every decision about the document is made here."""
