"""What every reader of texts needs: cleaning, languages, sentences, copies, Chinese words, masking of personal data."""
