"""The parcel sheet in words: pure, from the evaluation document to what the page says."""
