"""Speed and memory, each figure beside a peer or the bare engine measured in the same run."""
