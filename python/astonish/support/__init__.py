"""What every layer uses: checks, arrays, threads, random states, files."""
