"""Fifth stage: what the records of many articles say together: timeline, positions, figures. Pure."""
