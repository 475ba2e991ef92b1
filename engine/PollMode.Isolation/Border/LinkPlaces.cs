namespace PollMode.Isolation;

/// <summary>The rings of an app port.</summary>
/// <param name="ToApp">Frames for the app, one ring for each worker.</param>
/// <param name="FromApp">Frames of the app.</param>
/// <param name="MostBytes">Bytes of the longest frame that the app may send.</param>
internal sealed record LinkPlaces(List<RingPlace> ToApp, RingPlace FromApp, int MostBytes);
