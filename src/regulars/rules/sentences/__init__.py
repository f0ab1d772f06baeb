"""Rules as sentences, in English and Simplified Chinese, made from the very data that is reckoned with."""
